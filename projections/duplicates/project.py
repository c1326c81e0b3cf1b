"""Register events → pairs of records that were suspected, until that ended, or found to contradict each other.

The queue shows the pairs. Beside them is kept which record was found to be like which: whether a record is held back
follows from what was decided about that record, and not from what is found when the other one is placed anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from domain.child.stewardship import MOST_PAIRS
from domain.matching.beside_hidden import LIKE_SHIELDED, WITHHELD
from projections.base.projection import PublishedEvent, Put, Table, Undecodable

SUSPICION = Table(
    "suspicion",
    ("record", "other", "described", "rule", "matcher", "score", "explanation", "state", "position"),
    keys=2,
)
CONTRADICTION = Table(
    "contradiction",
    ("record", "other", "described", "rule", "matcher", "score", "explanation", "position"),
    keys=2,
)
LIKENESS = Table("likeness", ("record", "other", "version", "holds", "position"), keys=3)
SUSPECTED, DISMISSED, ENDED = "suspected", "dismissed", "ended"
OF_ALL_VERSIONS = 0
"""The version of a likeness that a steward has decided about, whatever the record reports."""


_OF_STEWARDS = frozenset({LIKE_SHIELDED, WITHHELD})
"""Found with evidence of where somebody hidden is, for a steward alone; what hides is `RecordHeldBack` beside it."""


class Duplicates:
    """The latest state of each pair, by position: its events are on streams of different children."""

    name = "duplicates"
    tables = (SUSPICION, LIKENESS, CONTRADICTION)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """One row for each pair, and for what each record is like."""
        if event.type == "MatchSuspected.v1":
            pairs = _compared(event, event.data["suspicions"])
            others = [each["record"] for each in event.data["suspicions"] if each["rule"] not in _OF_STEWARDS]
            queued = [Put(SUSPICION, (*pair, SUSPECTED, event.position), False) for pair in pairs]
            return [*queued, *_likeness(event, others, holds=True)]
        if event.type == "RecordHeldBack.v1":
            return _likeness(event, event.data["records"], holds=True)
        if event.type == "RecordContradicted.v1":
            pairs = _compared(event, event.data["contradictions"])
            return [Put(CONTRADICTION, (*pair, event.position), False) for pair in pairs]
        if event.type == "MatchDismissed.v1":
            return _dismissed(event)
        if event.type == "SuspicionEnded.v1":
            ended = [sorted((event.data["record"], other)) for other in event.data["records"]]
            left = [Put(SUSPICION, (*pair, *[None] * 5, ENDED, event.position), False) for pair in ended]
            return [*left, *_likeness(event, event.data["records"], holds=False)]
        return ()


def _likeness(event: PublishedEvent, others: Iterable[str], *, holds: bool) -> list[Put]:
    """What a version of the event's record is like, or no more."""
    record, version = event.data["record"], event.data["record_version"]
    return [Put(LIKENESS, (record, other, version, holds, event.position), False) for other in others]


def _compared(event: PublishedEvent, comparisons: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Any, ...]]:
    described, matcher = event.data["record"], event.data["matcher"]
    for each in comparisons:
        explanation = orjson.dumps(each["explanation"]).decode()
        pair = sorted((described, each["record"]))
        yield (*pair, described, each["rule"], matcher, each["score"], explanation)


def _dismissed(event: PublishedEvent) -> Sequence[Put]:
    records, others = event.data["records"], event.data["other_records"]
    if len(records) * len(others) > MOST_PAIRS:
        raise Undecodable  # no steward can dismiss so many
    pairs = [(record, other) for record in records for other in others]
    both = [each for record, other in pairs for each in ((record, other), (other, record))]
    return [
        *(Put(SUSPICION, (*sorted(pair), *[None] * 5, DISMISSED, event.position), False) for pair in pairs),
        *(Put(LIKENESS, (*pair, OF_ALL_VERSIONS, False, event.position), False) for pair in both),
    ]
