"""A look: who looks and why, whether they may, whom to tell, and its record before anything is shown.

`callers.py` says who calls, `standings.py` how a user stands, `looks.py` judges and records, `denied.py`,
`denials.py` and `reasoned.py` what was not allowed; `noticing.py` finds whom to tell, `entry_looks.py` the latest.
"""
