"""The registrar: the one active writer, which turns submissions into events and answers each with a receipt.

`intake.py` is the process, `handle.py` takes a batch in three steps: `look_up.py` reads what it is decided by
(`batch_state.py`), `decide_batch.py` decides it without I/O, `save.py` writes the result (`batch.py`). In the deciding,
`decide_in_order.py` answers each message once, `batch_matcher.py` finds the child that a record belongs to, and
`linking.py` has the events that follow from that. Decisions of data stewards are a batch of their own, decided in
`stewardship.py`; `follow_shields.py` has what follows from their shields for other children. `writer.py` has what
it is all written with, `fence.py` keeps the writer one, `faults.py` says which failures a message may be to blame for.
`set_aside.py` has the records of a suspended agency follow, page by page; `placing.py` places them in the match index,
`decided_again.py` decides again what they had put together.
`store.py`, `match_index.py`, `cannot_link.py`, `found_like.py` and `suspensions.py` are the tables; `reindex.py` builds
the match index from the log.
"""
