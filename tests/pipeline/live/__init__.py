"""The projector on a real Kafka and Postgres: the views hold what was published."""
