"""The outside: messages and their schemas, the compose file, and the suite that a recorder of events has to pass."""
