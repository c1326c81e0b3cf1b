"""The relay on real servers: what it publishes, and that nothing is lost, repeated or out of order, whatever happens."""
