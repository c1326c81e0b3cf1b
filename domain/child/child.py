"""The child aggregate: the set of source records that are believed to be one person."""

from datetime import datetime
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.child.events import ChildListed, RecordLinked
from domain.event import RegisterEvent
from domain.identity.decision import Decision


class Child(Aggregate):
    """One person as the directory knows it; `records` holds the stream ids of the linked source records as text."""

    records: set[str]

    def __init__(self) -> None:
        self.records = set()

    @classmethod
    def listed(cls, child: UUID, cause: RegisterEvent) -> "Child":
        """A child that the directory learns of by `cause`, an event of a source record."""
        begun: Child = cls._create(ChildListed, id=child, **_following(cause))
        return begun

    def link(self, cause: RegisterEvent, decision: Decision) -> None:
        """Links the record that `cause` belongs to, for the reasons that the decision gives."""
        self.trigger_event(
            RecordLinked,
            **_following(cause),
            rule=decision.rule,
            matcher=decision.matcher,
            score=decision.score,
            explanation=dict(decision.explanation),
        )


def _following(cause: RegisterEvent) -> dict[str, str | int | bool | datetime]:
    return {
        "timestamp": cause.timestamp,
        "source": cause.source,
        "restricted": cause.restricted,
        "time": cause.time,
        "record": str(cause.originator_id),
        "record_version": cause.originator_version,
    }
