"""Inclusion policies: who is listed in a directory, from when, until when, and what that comes to.

A policy (`policy.py`) is made of rules over a child's circumstances (`rules.py`); `answerable.py` finds those that no
chronology can answer. `judge.py` compiles a policy into closures, and `history.py` applies all policies at once to one
child, day by day. The results are counted in `tally.py`, whose parts can be added, and become the figures of a
comparison in `figures.py`, with what being listed reveals (`information.py`), and the time that contacts take
(`contacts.py`). Where a directory must reveal nothing of single children, counts are rounded to tens (`rounding.py`).
"""

from domain.inclusion_policy.contacts import ContactsModel, Range
from domain.inclusion_policy.figures import figures
from domain.inclusion_policy.history import PolicyHistory, policy_history
from domain.inclusion_policy.judge import Judge
from domain.inclusion_policy.policy import NamedPerson, Policy
from domain.inclusion_policy.rounding import STEP, to_tens
from domain.inclusion_policy.tally import LISTS, Tallies

__all__ = [
    "LISTS",
    "STEP",
    "ContactsModel",
    "Judge",
    "NamedPerson",
    "Policy",
    "PolicyHistory",
    "Range",
    "Tallies",
    "figures",
    "policy_history",
    "to_tens",
]
