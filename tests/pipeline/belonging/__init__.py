"""Kafka lost, Postgres back in time, Postgres begun anew: each is said at once, and mended by one command."""
