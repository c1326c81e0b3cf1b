"""A look: who looks and why, whether they may, whom to tell, and its record before anything is shown.

`callers.py` says who calls, `entitlements.py` what a user is entitled to, `looks.py` judges and records, `refusals.py`,
`denials.py` and `reasons.py` what was not allowed; `notices.py` finds whom to tell, `entry_looks.py` the latest.
"""
