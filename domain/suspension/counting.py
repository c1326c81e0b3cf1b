"""Which events of a record count, of all that are published of it, while some of them are set aside."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

SETS_ASIDE, RESTORES = "RecordSuspended.v1", "RecordResumed.v1"
DECIDED = frozenset({SETS_ASIDE, RESTORES})
"""What follows from a decision on the agency."""
RESTORED = "RecordRestored.v1"
"""What follows from it for a record that the agency has removed: the removals that it names count no more."""
FOLLOWING = DECIDED | {RESTORED}
_LASTING = frozenset(
    {
        "ConsentWithdrawn.v1",
        "RecordRemoved.v1",
        "RecordRemovedAgain.v1",
        "RecordRemovedBySteward.v1",
        "ErasureFenced.v1",
    }
)
"""What is never set aside by its version; an agency's removal only where it is named."""


class Published(Protocol):
    """An event of a record by its place and type."""

    @property
    def version(self) -> int:
        """Its place in its stream."""

    @property
    def type(self) -> str:
        """Its wire name."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Its clear fields."""


E = TypeVar("E", bound=Published)


def counted(events: Iterable[E]) -> list[E]:
    """Those of one record's events, in order of version, that count now; none where all of it is set aside.

    What is told while it is set aside does not count either, as in the views.
    """
    every = list(events)
    decided = [event for event in every if event.type in DECIDED]
    taken_back = {version for event in every if event.type == RESTORED for version in event.data["removals"]}
    said = [event for event in every if event.type not in FOLLOWING and event.version not in taken_back]
    if not decided or decided[-1].type == RESTORES:
        return said
    begin = decided[-1].data["from_version"]
    if begin == 1:
        return []
    return [e for e in said if e.version < begin or e.type in _LASTING]
