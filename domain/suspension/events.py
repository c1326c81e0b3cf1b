"""The events of an agency's suspension, on a stream of the agency's own that its first suspension begins.

Which agency it is, who decided and why are sealed: that an agency is sensitive must not stand in clear.
"""

from typing import Any, ClassVar

from eventsourcing.domain import CanMutateAggregate

from domain.event import RegisterEvent, StreamBegun


class AgencySuspended(StreamBegun):
    """From now on nothing is taken from the agency, by its code.

    `set_aside` says that what it said is left out too, of what was recorded from the moment `since` (ISO 8601 in UTC)
    on where there is one.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("set_aside", "since")
    SEALED: ClassVar[tuple[str, ...]] = ("agency", "decided_by", "reason")

    set_aside: bool
    since: str | None
    agency: str
    decided_by: str
    reason: str

    def mutate(self, aggregate: Any) -> Any:
        """Begins the stream, or continues it where the agency was suspended before."""
        return super().mutate(None) if aggregate is None else CanMutateAggregate.mutate(self, aggregate)

    def apply(self, standing: Any) -> None:
        """The agency is suspended."""
        standing.suspended, standing.set_aside, standing.since = True, self.set_aside, self.since


class AgencyResumed(RegisterEvent):
    """What the agency sends is taken again, and what it said counts again."""

    SEALED: ClassVar[tuple[str, ...]] = ("agency", "decided_by", "reason")

    agency: str
    decided_by: str
    reason: str

    def apply(self, standing: Any) -> None:
        """The agency is suspended no more."""
        standing.suspended, standing.set_aside, standing.since = False, False, None


class AgencyResumedWithoutRemovals(AgencyResumed):
    """The same, but for what it had removed and what was therefore restored: that stays, and may be sent of again."""
