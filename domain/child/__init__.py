"""A child: which source records are believed to be one person, and how the directory entry is composed of them.

- `events.py` has the events of a child, `child.py` the aggregate that they change, `judgement.py` the form of decisions
  by the matcher and by stewards, `stewardship.py` the decisions of stewards and when they are refused.
- `composition.py` composes the entry, `domain/belief.py` ranks the values of its records, `why.py` gives the reasons.
- `shield.py` is the shield of a child at risk, `shielding.py` the decisions about it, `whereabouts.py` the entry of a
  shielded child.
- `new_identity.py` has the decisions by which a child is given a new identity, `identity_events.py` their events.
- `hold.py` and `hold_events.py` are the same for a legal hold, which prevents destruction.
"""

from domain.child.child import Child
from domain.child.composition import RecordFact, RecordState, compose, compose_identity, fold_record
from domain.child.judgement import Absorbed, Comparison, Ruling
from domain.child.why import why

__all__ = [
    "Absorbed",
    "Child",
    "Comparison",
    "RecordFact",
    "RecordState",
    "Ruling",
    "compose",
    "compose_identity",
    "fold_record",
    "why",
]
