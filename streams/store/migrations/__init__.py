"""The tables of the store, the registrar and the registers, as SQL files that change them one after the other.

`NNNN_name.sql` runs in a transaction of its own, once on each database (`streams/store/schema.py`). A file that was
released is never changed again: to change a table, add the next number. Views aren't here; they are rebuilt.
"""
