"""Access control: who looks and why, whether they may, whom to notify, and the look recorded before it is answered.

`callers.py` says who calls, `entitlements.py` what a user is entitled to, `looks.py` judges and records, `refusals.py`,
`denials.py` and `reasons.py` what was not allowed; `notices.py` finds whom to tell, `entry_looks.py` the latest.
"""
