"""From a submission to the views, stage by stage and whole, on a real Kafka and Postgres."""
