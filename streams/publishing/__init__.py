"""The relay, which publishes both logs and the outbox to Kafka, each position once and in order.

`relay.py` is the process. `publisher.py` publishes a round at a time: `publication.py` reads the database and records
there what is published, `appender.py` writes to Kafka, `trees.py` keeps the Merkle trees of what it has published.
"""
