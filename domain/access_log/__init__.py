"""The access log: who looked at what and why, and what is granted to users.

`events.py` has what is recorded of each look and each denial, `user_events.py` what is granted, `override_events.py`
who looked behind a shield; `schedule.py` says which services may look without anybody being told, `notices.py` whom to
tell of the others.
"""
