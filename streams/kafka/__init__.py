"""Kafka as it is set up: how clients connect, which topics there are, who may do what; and whoever sees to that."""
