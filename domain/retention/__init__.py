"""Retention: when an entry has to be archived or destroyed, and by which rule of law.

`rules.py` is the one list of rules with the law of each; `due.py` finds in a child's chronology the day from which
each of them applies. Nothing here acts: what is due is listed, and people decide.
"""

from domain.retention.due import ARCHIVE, ASK, Due, begun_by, destroyed_on, due
from domain.retention.rules import DESTROYED_AFTER, RULES, Rule

__all__ = [
    "ARCHIVE",
    "ASK",
    "DESTROYED_AFTER",
    "RULES",
    "Due",
    "Rule",
    "begun_by",
    "destroyed_on",
    "due",
]
