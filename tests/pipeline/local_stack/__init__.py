"""The local servers and their supervisor, with real Kafka and Postgres and stand-ins for the services."""
