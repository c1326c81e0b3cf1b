"""From a submission to the views, station by station and whole, on a real Kafka and Postgres."""
