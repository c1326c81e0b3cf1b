"""Which of the published events of a record count while some of them are set aside."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

SETS_ASIDE, RESTORES = "RecordSuspended.v1", "RecordResumed.v1"
DECIDED = frozenset({SETS_ASIDE, RESTORES})
"""The events by which a record follows a decision on its agency."""
RESTORED = "RecordRestored.v1"
"""The event by which removals that the agency sent no longer count; it names them."""
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
"""Events that are never set aside by version; an agency's removal is taken back only where it is named."""


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
    """The events of one record, in order of version, that count now; none where the whole record is set aside.

    Events recorded while it is set aside do not count either, as in the views.
    """
    every = list(events)
    decided = [event for event in every if event.type in DECIDED]
    taken_back = {version for event in every if event.type == RESTORED for version in event.data["removals"]}
    reported = [event for event in every if event.type not in FOLLOWING and event.version not in taken_back]
    if not decided or decided[-1].type == RESTORES:
        return reported
    begin = decided[-1].data["from_version"]
    if begin == 1:
        return []
    return [e for e in reported if e.version < begin or e.type in _LASTING]
