"""The relay: it publishes both logs and the outbox of receipts to Kafka, each position once and in order.

`publication.py` is its side of the database, `appender.py` its side of Kafka; `publisher.py` does a round at a time,
and `relay.py` is the process.
"""
