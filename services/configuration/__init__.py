"""What every process begins with: settings from the environment, logs without personal data, private files."""
