"""Which children are hidden in the match index: that follows from the state of each child alone.

It is found again after each event that may change it, when that is decided and when the index is built from the log.
"""

from collections.abc import Callable, Iterable

from domain.child import Child
from domain.child.events import (
    ChildReinstated,
    ChildSuperseded,
    MatchDismissed,
    RecordHeldBack,
    RecordUnlinked,
    ShieldApplied,
    ShieldLifted,
    SuspicionEnded,
)
from domain.child.identity_events import RecordOpened
from domain.erasure.events import ChildDestroyed, RecordsErased
from domain.event import RegisterEvent
from services.registrar.match_index import IndexChanges

HIDES = (ShieldApplied, RecordHeldBack)
"""A child without one of these events was never hidden."""
_MAY_CHANGE_IT = (
    *HIDES,
    ShieldLifted,
    SuspicionEnded,
    MatchDismissed,
    RecordUnlinked,
    ChildSuperseded,
    ChildReinstated,
    RecordOpened,
    RecordsErased,
    ChildDestroyed,
)


def stays_hidden(child: Child) -> bool:
    """Whether records of the child are hidden, or may be: one that was absorbed or destroyed has none.

    Where a record is like a shielded child's, others see the child as long as another agency's record counts. Whether
    one does plays no part here: a removal or a suspension ends that, and is no event of the child's.
    """
    has_records = child.superseded_by is None and not child.is_destroyed
    return has_records and (child.shield is not None or bool(child.like_shielded))


def note_hidden(changes: IndexChanges, events: Iterable[RegisterEvent], find: Callable[[str], Child | None]) -> None:
    """Notes which children of the events are hidden; `find` gives each child as it is after all events."""
    for number in {str(event.originator_id) for event in events if isinstance(event, _MAY_CHANGE_IT)}:
        child = find(number)
        if child is not None:
            (changes.hidden if stays_hidden(child) else changes.shown).add(number)
