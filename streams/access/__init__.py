"""The writing side of the access log: looks, denials, overrides, requests, users' rights, and notices of looks.

`appender.py` is the one writer. `access_log.py` batches entries of users: `looks.py`, `denials.py`, `overrides.py`.
`request_log.py` records requests of carers and children, `grants.py` what is granted to users.
"""
