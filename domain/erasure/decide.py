"""What a decision to destroy does: all of a child, or one record of it. A refusal changes nothing."""

from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import NamedTuple
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.child.child import Child
from domain.child.hold import HELD, is_held
from domain.child.judgement import Ruling
from domain.child.stewardship import NOT_HERE, UNKNOWN, about_one
from domain.erasure.events import ChildDestroyed, ErasureDecided, ErasureFenced, RecordsErased
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal

ERASED = Refusal("subject", "record-erased", "the record was destroyed; nothing more can be said under this number")
"""The answer to whatever is sent of a destroyed record, for ever."""
TOO_MANY = Refusal(
    "decided_by",
    "too-many-destroyed",
    "one person may destroy no more within a day (UTC); another data manager may, or the same one tomorrow",
)
BY_DECISION = "decision"
"""The rule of what a data manager decides about one child; storage format."""
BY_RETENTION = "retention"
"""The rule of what is destroyed when its years in the archive are over; storage format."""


RECORDS_OF_A_CHILD = 10
"""So many records count as a child's, however many children were merged into one before it is destroyed."""


class Terms(NamedTuple):
    """What a destruction rests on: its rule, the latest checkpoint before it, until when backups hold the keys."""

    rule: str
    before: str | None
    backups_until: date


class Erasure(Aggregate):
    """A decision to destroy; it is made once, and nothing follows on its stream."""


class Erased(NamedTuple):
    """A decision that holds: the erasure, the records and the children that changed, each with its new events."""

    erasure: Erasure
    records: Sequence[SourceRecord]
    children: Sequence[Child]


def weigh(child: Child, absorbed: Sequence[Child]) -> int:
    """For how many children the destruction of one counts: those that it absorbed count too."""
    return max(1 + len(absorbed), ceil(len(child.records) / RECORDS_OF_A_CHILD))


def erase_record(
    child: Child | None,
    absorbed: Sequence[Child],
    record: SourceRecord | None,
    new_id: UUID,
    terms: Terms,
    ruling: Ruling,
) -> Erased | Refusal:
    """Destroys one record of the child that was looked at, unless that or one that it `absorbed` is held."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    if record is None or str(record.id) not in child.records:
        return NOT_HERE
    if is_held([child, *absorbed]):
        return HELD
    erasure = _decided(new_id, [record], [], terms, ruling)
    _fence([record], erasure, ruling)
    named = {"erasure": str(erasure.id), "records": [str(record.id)]}
    child.trigger_event(RecordsErased, **ruling.provenance, **named)
    return Erased(erasure, [record], [child])


def erase_child(
    child: Child | None,
    absorbed: Sequence[Child],
    records: Sequence[SourceRecord],
    new_id: UUID,
    terms: Terms,
    ruling: Ruling,
) -> Erased | Refusal:
    """Destroys a child with all its `records` and all that it `absorbed`, unless one of them is held."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    children = [child, *absorbed]
    if is_held(children):
        return HELD
    erasure = _decided(new_id, records, children, terms, ruling)
    _fence(records, erasure, ruling)
    for each in children:
        each.trigger_event(ChildDestroyed, **ruling.provenance, erasure=str(erasure.id))
    return Erased(erasure, records, children)


def _decided(
    new_id: UUID, records: Sequence[SourceRecord], children: Sequence[Child], terms: Terms, ruling: Ruling
) -> Erasure:
    begun: Erasure = Erasure._create(
        ErasureDecided,
        id=new_id,
        **ruling.provenance,
        **ruling.sealed,
        records=[str(each.id) for each in records],
        children=[str(each.id) for each in children],
        rule=terms.rule,
        before=terms.before,
        backups_until=terms.backups_until.isoformat(),
    )
    return begun


def _fence(records: Sequence[SourceRecord], erasure: Erasure, ruling: Ruling) -> None:
    for record in records:
        record.trigger_event(ErasureFenced, **ruling.provenance, erasure=str(erasure.id))
