"""The tables that the registrar reads before it decides a batch and writes afterwards, a few statements a batch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from domain.vocabulary import AgencyKind, agency_urn
from projections.base.binary_copy import copy_rows
from projections.base.partition import Partition
from services.registers import BudgetUse
from services.registrar.budgets import write_spent
from services.registrar.cannot_link import CannotLinkRuling, write_rulings
from services.registrar.match_index import IndexChanges, write_index
from services.registrar.suspensions import SuspensionRow, write_suspensions

SubmissionKey = tuple[str, str]
"""(source, id) of a submission."""
RecordKey = tuple[str, str, str]
"""(source, `subject` or `involvement`, the agency's number)."""
RecordKeyRow = tuple[str, str, str, UUID]
"""A RecordKey, and the stream of the record that it names."""


class ErasureRow(NamedTuple):
    """A decision to destroy: its stream, the records with the numbers that name each, and the children, all as text.

    `refused_for_ever` is True if nothing is ever taken under these numbers again.
    """

    erasure: str
    records: Mapping[str, Sequence[RecordKey]]
    children: Sequence[str]
    refused_for_ever: bool = True

    @property
    def streams(self) -> list[str]:
        """Every stream whose key goes."""
        return [*self.records, *self.children]


class OffsetMoved(Exception):
    """Another registrar has consumed the same messages first: this one has to resume from the stored offsets."""


@dataclass(slots=True)
class Changes:
    """Rows that a batch adds, in the order in which they were decided.

    `index` has the changes of the match index, `rulings` the stewards' findings on which records are of two children,
    `suspensions` the new statuses of agencies, `spent` what agencies have had of their budgets,
    `erasures` what is destroyed.
    """

    submissions: list[tuple[str, str, str]] = field(default_factory=list)
    record_keys: list[RecordKeyRow] = field(default_factory=list)
    index: IndexChanges = field(default_factory=IndexChanges)
    rulings: list[CannotLinkRuling] = field(default_factory=list)
    suspensions: list[SuspensionRow] = field(default_factory=list)
    spent: list[BudgetUse] = field(default_factory=list)
    erasures: list[ErasureRow] = field(default_factory=list)


def outcomes_of(cursor: Cursor, keys: Collection[SubmissionKey]) -> dict[SubmissionKey, str]:
    """The outcome of each command that was decided before; the others are left out."""
    if not keys:
        return {}
    sources, ids = zip(*keys, strict=True)
    cursor.execute(
        "select source, id, outcome from register.submissions"
        " join unnest(%s::text[], %s::text[]) as wanted (source, id) using (source, id)",
        (list(sources), list(ids)),
    )
    return {(source, id_): outcome for source, id_, outcome in cursor.fetchall()}


def sensitive_sources(cursor: Cursor) -> frozenset[str]:
    """The sources of the register's sensitive agencies."""
    cursor.execute("select code from registry.agencies where kind = %s", (AgencyKind.SENSITIVE_SERVICE,))
    return frozenset(agency_urn(code) for (code,) in cursor.fetchall())


def streams_of(cursor: Cursor, keys: Collection[RecordKey]) -> dict[RecordKey, UUID]:
    """The record that each number of an agency means; numbers that were never used are left out."""
    if not keys:
        return {}
    sources, kinds, numbers = zip(*keys, strict=True)
    cursor.execute(
        "select source, kind, key, stream::text from register.record_keys"
        " join unnest(%s::text[], %s::text[], %s::text[]) as wanted (source, kind, key) using (source, kind, key)",
        (list(sources), list(kinds), list(numbers)),
    )
    return {(source, kind, key): UUID(stream) for source, kind, key, stream in cursor.fetchall()}


_SUBMISSION = {"source": "text", "id": "text", "outcome": "text"}
_RECORD_KEY = {"source": "text", "kind": "text", "key": "text", "stream": "uuid"}


def write(cursor: Cursor, changes: Changes) -> list[BudgetUse]:
    """Adds the rows of a batch; returns what is beyond an agency's budget from now on."""
    copy_rows(cursor, "register.submissions", _SUBMISSION, changes.submissions)
    copy_rows(cursor, "register.record_keys", _RECORD_KEY, changes.record_keys)
    write_index(cursor, changes.index)
    write_rulings(cursor, changes.rulings)
    write_suspensions(cursor, changes.suspensions)
    return write_spent(cursor, changes.spent)


def load_offsets(cursor: Cursor) -> dict[Partition, int]:
    """The next offset of each partition that was ever consumed."""
    cursor.execute("select topic, partition, next_offset from register.offsets")
    return {Partition(topic, number): offset for topic, number, offset in cursor.fetchall()}


def move_offsets(cursor: Cursor, moves: Mapping[Partition, tuple[int, int]]) -> None:
    """Moves each partition from its expected offset to the next one; raises OffsetMoved where it is another one."""
    rows = [(topic, number, was, now) for (topic, number), (was, now) in moves.items()]
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
