"""The lists of reports as they were known at a moment, from the events that were recorded by then.

`belonging.py` finds which child each record belonged to then, `lists.py` judges all children and has the lists.
"""
