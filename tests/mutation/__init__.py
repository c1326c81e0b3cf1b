"""Mutation testing: small faults are put into the rules of the domain, and the fast tests have to notice each.

`operators.py` says which faults, `mutants.py` makes them, `trial.py` runs the tests against one of them in a process of
its own, `rooms.py` says which tests guard which room, `__main__.py` runs it all (`make mutants`).
"""
