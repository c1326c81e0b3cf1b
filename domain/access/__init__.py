"""The access log: what is recorded of each look (`events.py`), of users' rights, and of overridden shields."""
