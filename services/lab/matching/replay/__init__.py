"""The whole history under other settings of the matcher, in memory: the live directory is neither asked nor touched.

`batches.py` cuts the log into what the registrar decided at once. `decided.py` follows what the log says, `replayed.py`
decides again, with the registrar's own code over `stored_index.py` in place of its tables; `rulings.py` is how a data
steward's decision holds in it. Both sides are a `standing.py`, made of `membership.py` and `queue.py`. `history.py`
leads both through the log, `tally.py` compares decision by decision, `difference.py` and `examples.py` what came of
them; `run.py` puts it together.
"""
