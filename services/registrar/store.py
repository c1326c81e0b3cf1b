"""What the registrar reads before it decides a batch and writes with it, in a few statements for any batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from domain.identity import Candidate, Features
from services.registrar.kept_apart import Verdict, keep_verdicts
from streams.store.binary_copy import bigint, copy_into, copy_rows

SubmissionKey = tuple[str, str]
"""(source, id) of a submission."""
RecordKey = tuple[str, str, str]
"""(source, `subject` or `involvement`, the agency's number)."""
Partition = tuple[str, int]
"""(topic, partition)."""


class OffsetMoved(Exception):
    """Another registrar has consumed what this one was about to: it must read again from the stored offsets."""


@dataclass(slots=True)
class Changes:
    """Rows that a batch adds, in the order in which they were decided.

    `linked` has the child of each record that the batch describes, `outdated` the records whose row in the match index
    goes, `features` those that get one, `moved` the child of each record that a merge or a split moved, `verdicts` what
    stewards found.
    """

    submissions: list[tuple[str, str, str]] = field(default_factory=list)
    record_keys: list[tuple[str, str, str, UUID]] = field(default_factory=list)
    features: dict[str, tuple[str, Features]] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)
    outdated: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)


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


_FEATURE_COLUMNS = (
    "given_name", "family_name", "date_of_birth", "gender", "nhs_number", "upn", "postcode", "carers",
)  # fmt: skip
_FEATURES = ", ".join(_FEATURE_COLUMNS)
_SELECT_FEATURES = f"select record::text, child::text, {_FEATURES} from register.match_index"  # noqa: S608
_INDEX_COLUMNS = ("record", "child", *_FEATURE_COLUMNS, "name_key")
_BETWEEN_CARERS = "|"
"""Stands between carers' names, in which there is no punctuation."""


def candidates_of(cursor: Cursor, asked: Iterable[Features]) -> list[Candidate]:
    """Every indexed record that shares a blocking key with one of those asked."""
    asked = list(asked)
    keys = {
        column: sorted({value for features in asked if (value := getattr(features, column)) is not None})
        for column in ("nhs_number", "upn", "name_key")
    }
    parts, values = [], []
    for column, wanted in keys.items():
        if wanted:
            parts.append(f"{_SELECT_FEATURES} where {column} = any(%s)")
            values.append(wanted)
    if not parts:
        return []
    cursor.execute(" union ".join(parts), values)
    return [_candidate(*row) for row in cursor.fetchall()]


def _candidate(record: str, child: str, *columns: Any) -> Candidate:
    values = (*columns[:-1], frozenset(filter(None, columns[-1].split(_BETWEEN_CARERS))))
    return Candidate(record, child, Features(*values))


def linked_children(cursor: Cursor, records: Collection[str]) -> dict[str, str]:
    """The child that each of these records is linked to."""
    cursor.execute(
        "select record::text, child::text from register.match_index where record = any(%s::uuid[])", (list(records),)
    )
    return dict(cursor.fetchall())


def move_records(cursor: Cursor, child_of: Mapping[str, str]) -> None:
    """Says in the match index which child records now belong to (record → child), after a merge or a split."""
    if not child_of:
        return
    cursor.execute(
        "update register.match_index as stored set child = moved.child"
        " from unnest(%s::uuid[], %s::uuid[]) as moved (record, child) where stored.record = moved.record",
        (list(child_of.keys()), list(child_of.values())),
    )


_SUBMISSIONS = copy_into("register", "submissions", ("source", "id", "outcome"))
_RECORD_KEYS = copy_into("register", "record_keys", ("source", "kind", "key", "stream"))
_MATCH_INDEX = copy_into("register", "match_index", _INDEX_COLUMNS)
_OUTBOX = copy_into("register", "outbox", ("ordinal", "topic", "key", "value"))


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
    if changes.outdated:
        cursor.execute("delete from register.match_index where record = any(%s::uuid[])", (list(changes.outdated),))
    copy_rows(cursor, _MATCH_INDEX, [_index_row(record, child, f) for record, (child, f) in changes.features.items()])
    move_records(cursor, changes.moved)
    keep_verdicts(cursor, changes.verdicts)


def _index_row(record: str, child: str, f: Features) -> tuple[bytes | None, ...]:
    texts = (
        f.given_name, f.family_name, f.date_of_birth, f.gender, f.nhs_number, f.upn, f.postcode,
        _BETWEEN_CARERS.join(sorted(f.carers)), f.name_key,
    )  # fmt: skip
    return (UUID(record).bytes, UUID(child).bytes, *[None if text is None else text.encode() for text in texts])


def write_outbox(cursor: Cursor, rows: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Adds messages (topic, key, value) for the relay to publish, in order."""
    if not rows:
        return
    cursor.execute("update register.outbox_counter set last = last + %s returning last", (len(rows),))
    (last,) = cursor.fetchone() or (0,)
    first = last - len(rows) + 1
    copy_rows(cursor, _OUTBOX, [(bigint(first + n), topic.encode(), *rest) for n, (topic, *rest) in enumerate(rows)])


def load_offsets(cursor: Cursor) -> dict[Partition, int]:
    """The next offset of each partition that was ever consumed."""
    cursor.execute("select topic, partition, next_offset from register.offsets")
    return {(topic, partition): offset for topic, partition, offset in cursor.fetchall()}


def move_offsets(cursor: Cursor, moves: dict[Partition, tuple[int, int]]) -> None:
    """Moves each partition from the offset it is believed to stand at to the next one; raises OffsetMoved."""
    rows = [(topic, partition, was, now) for (topic, partition), (was, now) in moves.items()]
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
