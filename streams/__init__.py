"""Kafka's edges: the event store and its keys, the relay that publishes it, the readers that feed the projections."""
