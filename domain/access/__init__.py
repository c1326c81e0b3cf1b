"""The access log: who looked at what and why. `events.py` has what is recorded of each look."""
