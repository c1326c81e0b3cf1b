"""What every view is made with: `projection.py` says what a projection is; the others write its rows.

`postgres.py` applies row changes live, `memory.py` to dictionaries, `prepared.py` keeps statements planned.
"""
