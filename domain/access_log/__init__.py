"""The access log: who looked at what and why, and which entitlements users were granted.

`events.py` has the events of looks and denials, `user_events.py` those of entitlements, `override_events.py` those of
overrides of shields; `schedule.py` says which services may look without a notice, `notices.py` whom to notify of the
others.
"""
