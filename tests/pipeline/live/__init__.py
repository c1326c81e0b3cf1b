"""The projector and the rebuild as they run: a real Kafka, a real Postgres, and processes that are killed."""
