"""Who may see which row: the only place that writes out clearance and shields, as views and functions of Postgres.

`scope.py` has what a reader may read, and sets it for the transaction; without a scope nothing is read. `barriers.py`
makes the objects, whose text is in one file of SQL for each folder of views: nothing else for readers names a table of
theirs. `shields.py` queries hidden children; `survivors.py` resolves the id of an absorbed child for a reader.
"""
