"""Kafka's settings, topics and rights as data; `admin/` applies them."""
