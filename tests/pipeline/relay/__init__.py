"""The relay on a real Kafka and Postgres: each position and each message is published once, in order."""
