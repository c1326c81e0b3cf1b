"""The whole of it, as a user runs it: the command, a real stack, and nothing known but the contract."""
