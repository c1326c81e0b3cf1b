"""Re-matching of the history under other settings of the matcher, in memory; the live directory is not involved.

`batches.py` cuts the log into the registrar's batches. `decided.py` follows the log's decisions, `replayed.py`
decides again, with the registrar's own code over `stored_index.py` in place of its tables; `rulings.py` applies
the data stewards' decisions. The state of both sides is `match_state.py`, made of `membership.py` and `queue.py`.
`history.py` leads both through the log, `tally.py` compares decision by decision, `difference.py` and `examples.py`
compare the results; `run.py` puts it together.
"""
