"""A child: which source records are believed to be one person, and how the directory entry is composed of them.

`events.py` has what can happen to a child, `child.py` what it remembers, `stewardship.py` what a data steward may
decide about it and when that is refused; `composition.py` makes the entry. `shield.py` is what hides a child at risk,
`shielding.py` who decides on it, `whereabouts.py` what it leaves of an entry.
"""

from domain.child.child import Child
from domain.child.composition import RecordFact, RecordState, compose, fold_record
from domain.child.judgement import Absorbed, Comparison, Ruling

__all__ = ["Absorbed", "Child", "Comparison", "RecordFact", "RecordState", "Ruling", "compose", "fold_record"]
