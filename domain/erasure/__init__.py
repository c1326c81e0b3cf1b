"""Destruction that is real: the data keys of a record's stream, or of all of a child's, are destroyed for good.

`events.py` has the events, `decide.py` what a data manager's decision does and when it is refused. A fence, an event on
each stream whose key goes, records for ever that it went; the log stays, and counts and verifies as before.
"""

from domain.erasure.decide import ERASED, Erasure, erase_child, erase_record
from domain.erasure.events import ChildDestroyed, ErasureDecided, ErasureFenced, RecordsErased

__all__ = [
    "ERASED",
    "ChildDestroyed",
    "Erasure",
    "ErasureDecided",
    "ErasureFenced",
    "RecordsErased",
    "erase_child",
    "erase_record",
]
