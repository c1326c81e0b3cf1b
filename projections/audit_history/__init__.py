"""The audit history: every event of the register, as it is in the log, personal fields still sealed.

`query.py` makes histories of it; `left_out.py` and `numbering.py` see to it that what is left out leaves no trace.
"""
