"""Read models: pure functions from events to changes of rows, the tables that hold the rows, and their queries.

The rooms in reading order; nothing here knows Kafka:

- `base/`: what a projection is, and how its row changes are written to Postgres or to memory
- `engine/`: what runs all projections of a log: positions, failures, schema, bulk loading, digests, locks
- `cross_stream/`: tables whose rows follow from several streams, refreshed beside the rows they follow from
- `visibility/`: who may see which row, as views and functions of Postgres that need the scope of whoever reads
- `catalogue.py`: every projection and the log that it takes

One folder a view, with `table.sql`, `project.py` and `query.py`:

- `directory/`: the records of each child, from which its entry is composed on reading
- `search/`: the features and keys that children are found by
- `duplicates/`: pairs of records that may be one child, or contradict each other within one
- `shields/`: which children are hidden
- `new_identities/`: what is closed, since a child began anew as somebody else
- `archive/`: which children are in the archive
- `timeline/`: the facts of chronologies
- `reports/`: the findings of reports
- `known_then/`: the lists of reports as they were known at a moment, made on reading
- `audit_history/`: every event of the register
- `access_log/`: every look and denial
- `overrides/`: overrides of shields, and their investigations
- `requests/`: the requests of carers and children, with their answers
- `receipts/`: the outcome of each message that an agency sent
"""
