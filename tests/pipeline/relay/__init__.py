"""The relay on real servers: whatever happens, nothing is lost, repeated or out of order."""
