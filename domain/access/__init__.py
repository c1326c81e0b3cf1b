"""The access log: who looked at what and why, who asked for a correction, and who is told of it.

`events.py` has what is recorded of each look, `requests.py` what carers and children ask for; `schedule.py` says which
services may look without anybody being told, `notices.py` whom to tell of the others. `disclosure.py` and
`retention.py` say what an applicant is given and how long things are kept.
"""
