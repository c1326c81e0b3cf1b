"""Decisions about children, by the matcher or by a steward."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.vocabulary import STEWARDSHIP_SOURCE

STEWARD = "steward"
"""The `matcher` of an event where a person decided."""
SPLIT = "split"
"""The rule by which records are linked that a person has split off; storage format."""


class Ruling(NamedTuple):
    """A steward's decision; it takes effect when it is recorded, so `time` is `recorded_at` as ISO 8601 in UTC."""

    decided_by: str
    reason: str
    recorded_at: datetime
    time: str

    @property
    def provenance(self) -> dict[str, Any]:
        """The provenance of an event that the decision causes."""
        return {
            "timestamp": self.recorded_at,
            "source": STEWARDSHIP_SOURCE,
            "restricted": False,
            "time": self.time,
        }

    @property
    def sealed(self) -> dict[str, Any]:
        """Who decided, and why."""
        return {"decided_by": self.decided_by, "reason": self.reason}


class Absorbed(NamedTuple):
    """A child that another absorbs with its `records`; `recognised_by` is the record that matched, if any."""

    child: str
    records: Sequence[str]
    rule: str
    score: float
    recognised_by: str | None
    explanation: Mapping[str, str]

    def as_data(self) -> dict[str, Any]:
        """Its form in ChildrenMerged."""
        return {
            "child": self.child,
            "records": sorted(self.records),
            "rule": self.rule,
            "score": self.score,
            "with": self.recognised_by,
            "explanation": dict(self.explanation),
        }


class Comparison(NamedTuple):
    """The comparison of a record with another one, and the rule that applies."""

    record: str
    rule: str
    score: float
    explanation: Mapping[str, str]

    def as_data(self) -> dict[str, Any]:
        """Its form in MatchSuspected and RecordContradicted."""
        return {**self._asdict(), "explanation": dict(self.explanation)}
