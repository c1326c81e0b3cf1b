"""What every view is made with: `projection.py` defines a projection, `shapes.py` what it may rely on of an event.

The others write its rows: `postgres.py` applies row changes to tables, by `binary_copy.py`, and `memory.py` to
dictionaries; `prepared.py` keeps statements planned, `partition.py` names a partition of Kafka.
"""
