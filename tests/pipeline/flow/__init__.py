"""All stations as a user runs them: the command on a real stack, and nothing known but the contract."""
