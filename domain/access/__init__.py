"""The access log: `events.py` has what is recorded of each look, `user_events.py` what is granted to users."""
