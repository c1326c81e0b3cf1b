"""What the registrar reads before it decides a batch and writes with it, in a few statements for any batch."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from projections.base.partition import Partition
from services.registrar.cannot_link import CannotLinkRuling, keep_rulings
from services.registrar.match_index import IndexChanges, write_index
from streams.store.binary_copy import copy_into, copy_rows

SubmissionKey = tuple[str, str]
"""(source, id) of a submission."""
RecordKey = tuple[str, str, str]
"""(source, `subject` or `involvement`, the agency's number)."""


class OffsetMoved(Exception):
    """Another registrar has consumed what this one was about to: it must read again from the stored offsets."""


@dataclass(slots=True)
class Changes:
    """Rows that a batch adds, in the order in which they were decided.

    `index` is what becomes of the match index, `verdicts` what stewards found.
    """

    submissions: list[tuple[str, str, str]] = field(default_factory=list)
    record_keys: list[tuple[str, str, str, UUID]] = field(default_factory=list)
    index: IndexChanges = field(default_factory=IndexChanges)
    verdicts: list[CannotLinkRuling] = field(default_factory=list)


def outcomes_of(cursor: Cursor, keys: Collection[SubmissionKey]) -> dict[SubmissionKey, str]:
    """The outcome of each submission that was decided before."""
    if not keys:
        return {}
    sources, ids = zip(*keys, strict=True)
    cursor.execute(
        "select source, id, outcome from register.submissions"
        " join unnest(%s::text[], %s::text[]) as asked (source, id) using (source, id)",
        (list(sources), list(ids)),
    )
    return {(source, id_): outcome for source, id_, outcome in cursor.fetchall()}


def streams_of(cursor: Cursor, keys: Collection[RecordKey]) -> dict[RecordKey, UUID]:
    """The stream behind each number that an agency has used."""
    if not keys:
        return {}
    sources, kinds, numbers = zip(*keys, strict=True)
    cursor.execute(
        "select source, kind, key, stream::text from register.record_keys"
        " join unnest(%s::text[], %s::text[], %s::text[]) as asked (source, kind, key) using (source, kind, key)",
        (list(sources), list(kinds), list(numbers)),
    )
    return {(source, kind, key): UUID(stream) for source, kind, key, stream in cursor.fetchall()}


_SUBMISSIONS = copy_into("register", "submissions", ("source", "id", "outcome"))
_RECORD_KEYS = copy_into("register", "record_keys", ("source", "kind", "key", "stream"))


def write(cursor: Cursor, changes: Changes) -> None:
    """Adds the rows of a batch."""
    copy_rows(cursor, _SUBMISSIONS, [(s.encode(), i.encode(), o.encode()) for s, i, o in changes.submissions])
    copy_rows(
        cursor,
        _RECORD_KEYS,
        [
            (source.encode(), kind.encode(), key.encode(), stream.bytes)
            for source, kind, key, stream in changes.record_keys
        ],
    )
    write_index(cursor, changes.index)
    keep_rulings(cursor, changes.verdicts)


def load_offsets(cursor: Cursor) -> dict[Partition, int]:
    """The next offset of each partition that was ever consumed."""
    cursor.execute("select topic, partition, next_offset from register.offsets")
    return {Partition(topic, number): offset for topic, number, offset in cursor.fetchall()}


def move_offsets(cursor: Cursor, moves: dict[Partition, tuple[int, int]]) -> None:
    """Moves each partition from the offset it is believed to stand at to the next one; raises OffsetMoved."""
    rows = [(*partition, was, now) for partition, (was, now) in moves.items()]
    execute_values(
        cursor,
        "insert into register.offsets (topic, partition, next_offset)"
        " select topic, partition, 0 from (values %s) as moves (topic, partition, was, now)"
        " on conflict (topic, partition) do nothing",
        rows,
    )
    moved = execute_values(
        cursor,
        "update register.offsets as stored set next_offset = moves.now"
        " from (values %s) as moves (topic, partition, was, now)"
        " where stored.topic = moves.topic and stored.partition = moves.partition and stored.next_offset = moves.was"
        " returning 1",
        rows,
        fetch=True,
    )
    if len(moved) != len(rows):
        raise OffsetMoved
