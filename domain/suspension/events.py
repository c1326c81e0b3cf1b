"""The events of an agency's suspension, on a stream of its own that the first suspension begins.

The agency, who decided, and why are sealed: that an agency is sensitive must not appear in clear.
"""

from typing import Any, ClassVar

from eventsourcing.domain import CanMutateAggregate

from domain.event import RegisterEvent, StreamBegun


class AgencySuspended(StreamBegun):
    """From now on no submission of the agency is accepted.

    With `set_aside` its data does not count either: all of it, or what was recorded from `since` on (ISO 8601 in UTC).
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

    def apply(self, status: Any) -> None:
        """The agency is suspended."""
        status.suspended, status.set_aside, status.since = True, self.set_aside, self.since


class AgencyResumed(RegisterEvent):
    """The agency's submissions are accepted again, and its data counts again."""

    SEALED: ClassVar[tuple[str, ...]] = ("agency", "decided_by", "reason")

    agency: str
    decided_by: str
    reason: str

    def apply(self, status: Any) -> None:
        """The agency is no longer suspended."""
        status.suspended, status.set_aside, status.since = False, False, None


class AgencyResumedWithoutRemovals(AgencyResumed):
    """As AgencyResumed, but removals that were taken back stay so: those records are restored and take submissions."""
