"""The roles that a deployment runs, `roles.py`, and what has to be there before they start, `init.py`."""
