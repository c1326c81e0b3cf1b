"""The access log: who looked at what and why, what is granted to users, and what carers and children ask for.

`events.py` has what is recorded of each look and each denial, `user_events.py` what is granted, `override_events.py`
who looked behind a shield, `requests.py` what is asked for; `schedule.py` says which services may look without anybody
being told, `notices.py` whom to tell of the others.
`disclosure.py` says what an applicant is given, `left_out.py` what not, `retention.py` how long things are kept.
"""
