"""A child: which source records are believed to be one person, and how the directory entry is composed of them.

`events.py` has the events of a child, `child.py` the aggregate that they change, `judgement.py` the decisions of the
matcher and of stewards, `stewardship.py` which of the latter are refused; `composition.py` composes the entry,
`belief.py` ranks its records, `why.py` tells why. `shield.py` is the shield of a child at risk, `shielding.py` the
decisions about it, `whereabouts.py` the entry that it leaves. `new_identity.py` has the decisions by which a child
begins anew as somebody else, `identity_events.py` their events; `hold.py` and `hold_events.py` are the same of a
legal hold, which stops destruction.
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
