"""Retention: when an entry has to be archived or destroyed, and by which rule of law.

`rules.py` is the one list of rules with the law of each; `due.py` finds from a child's chronology from which day on
each of them says so; `archiving.py` has what a run does with a child of whom something is due, `presence.py` what
brings an archived child back at once.
"""

from domain.retention.archiving import AHEAD, DENIABLE, ENDS_AN_ENTRY, NOT_DUE, Act, Outcome, rules_on, run
from domain.retention.due import ARCHIVE, ASK, Due, begun_by, destroyed_on, due
from domain.retention.presence import brings_back, is_a_child, is_only_gone
from domain.retention.rules import DESTROYED_AFTER, RULES, Rule

__all__ = [
    "AHEAD",
    "ARCHIVE",
    "ASK",
    "DENIABLE",
    "DESTROYED_AFTER",
    "ENDS_AN_ENTRY",
    "NOT_DUE",
    "RULES",
    "Act",
    "Due",
    "Outcome",
    "Rule",
    "begun_by",
    "brings_back",
    "destroyed_on",
    "due",
    "is_a_child",
    "is_only_gone",
    "rules_on",
    "run",
]
