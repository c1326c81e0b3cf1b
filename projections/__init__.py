"""Read models: a folder holds the tables, the pure function from an event to row changes and the queries of one view.

`projection.py` says what a projection is, `catalogue.py` lists all of them; nothing here knows Kafka.
"""
