"""Inclusion policies: who is listed in a directory, from when, until when, and what that comes to.

A policy (`policy.py`) is made of rules over a child's circumstances (`rules.py`); `sense.py` finds rules that can never
hold. `judge.py` makes a policy quick to ask, and `history.py` takes one child through its days, all policies at once.
What they come to is counted in `tally.py`, which can be counted in parts and added, and told in `figures.py`, with
what being listed gives away (`information.py`), and the time that contacts take (`contacts.py`). Where a directory must
not tell of single children, counts are told to tens (`rounding.py`).
"""

from domain.policy.contacts import ContactsModel, Range
from domain.policy.figures import figures
from domain.policy.history import PolicyHistory, policy_history
from domain.policy.judge import Judge
from domain.policy.policy import NamedPerson, Policy
from domain.policy.rounding import STEP, to_tens
from domain.policy.tally import LISTS, Tallies

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
