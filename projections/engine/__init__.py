"""What runs all projections: batches applied live or in bulk, with the positions that they have reached.

`apply.py` applies a batch, which `live.py` writes into the live views and `bulk.py` into a fresh schema; `positions.py`
and `failures.py` are stored in the same transaction, and `stops.py` has the projections that cannot go on. `schema.py`
makes the tables, `view_schemas.py` lists the schemas that there are, `live_schema.py` gives a transaction the live one;
`locks.py` has the locks of writers and readers, and a `digest.py` of two schemas is equal where they hold the same.
"""
