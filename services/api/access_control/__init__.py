"""Access control: who looks and why, whether they may, whom to notify, and the look recorded before it is answered.

`callers.py` identifies who calls, `entitlements.py` reads what a user is entitled to, `looks.py` judges and records.
`refusals.py`, `denials.py` and `reasons.py` handle what is not allowed; `notices.py` finds whom to notify,
`entry_looks.py` the latest looks.
"""
