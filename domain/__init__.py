"""What the directory believes and why: pure decisions, events and rules, without I/O, clock or randomness.

Read `catalogue.py` for every event there is, `source_record/` for what one agency says of one child,
`child/` for which records are one child and how an entry is composed of them, `identity/` for how that is decided.
"""
