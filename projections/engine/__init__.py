"""What runs all projections: batches applied live or in bulk, with the positions that they have reached.

`apply.py` takes a batch, `live.py` writes it into the live views, `bulk.py` into a fresh schema; `positions.py` and
`failures.py` are kept in the same transaction. `schema.py` makes the tables, `locks.py` says who waits for whom, and
`digest.py` tells whether two schemas hold the same.
"""
