"""The local servers and their supervisor, with real Kafka and Postgres and small stand-ins for the services."""
