"""The outside: messages and schemas, the compose file, and the suites that a port must pass."""
