"""The event store and its keys, the relay that publishes it to Kafka, and the readers that feed the projections.

The rooms in reading order:

- `clock.py`: the clock, which is passed in wherever the present moment matters
- `batch_times.py`: how long the batches of this process take
- `crypto/`: personal fields sealed under a key of their stream, and the keys
- `codec.py`: events as they are stored and published, and back
- `store/`: the event store in Postgres: its tables, the recorder that appends, the outbox
- `access/`: the writing side of the access log
- `kafka/`: Kafka's settings, topics and rights, and the administration of them
- `publishing/`: the relay from the event store to Kafka
- `projecting/`: from Kafka to the views, live, in bulk and in order
"""
