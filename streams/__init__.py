"""Kafka's edges: the event store with its keys, the relay that publishes it, and the readers that feed the projections."""
