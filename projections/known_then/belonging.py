"""Which child each record belonged to at a moment, which records were set aside, and which pairs were suspected."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.audit_history.query import EVENT_COLUMNS, stored_event
from projections.base.memory import MemoryViews
from projections.base.projection import Decryptor, PublishedEvent
from projections.directory.project import ASPECTS, LINK, SET_ASIDE, Directory
from projections.duplicates.project import SUSPECTED, SUSPICION, Duplicates
from projections.visibility.scope import ORDINARY

RANGES = 64
"""The ids of streams are shared out to so many queries, so that not all rows are fetched at once."""
_PROJECTIONS = (Directory(), Duplicates())
_KEPT = (LINK, SET_ASIDE, SUSPICION)


class Suspicion(NamedTuple):
    """Two records that were thought to be one child, by the `described` one; decided at `position`."""

    record: str
    other: str
    described: str
    score: float
    position: int


class Belonging(NamedTuple):
    """The records of each child at a moment, those set aside then, and the suspicions that nobody had decided."""

    records: Mapping[str, Sequence[str]]
    aside: frozenset[str]
    suspicions: Sequence[Suspicion]


def belonging_at(cursor: Cursor, decryptor: Decryptor, recorded_at: str) -> Belonging:
    """What the events of children that were recorded by a moment make of records, by the projections of the views.

    Left out are children that are closed to the reader now. Nothing is opened.
    """
    views = MemoryViews()
    for event in _events(cursor, decryptor, recorded_at):
        for projection in _PROJECTIONS:
            views.apply(put for put in projection.project(event) if put.table in _KEPT)
    records: defaultdict[str, list[str]] = defaultdict(list)
    for record, child, _ in views.rows(LINK):
        records[child].append(record)
    aside = frozenset(record for record, since, _ in views.rows(SET_ASIDE) if since is not None)
    suspicions = [
        Suspicion(record, other, described, score, position)
        for record, other, described, _, _, score, _, state, position in views.rows(SUSPICION)
        if state == SUSPECTED
    ]
    return Belonging(records, aside, suspicions)


def _events(cursor: Cursor, decryptor: Decryptor, recorded_at: str) -> Iterator[PublishedEvent]:
    """The events of children, and those of records that none of a record's aspects is about."""
    bounds = [str(UUID(int=number * (2**128 - 1) // RANGES)) for number in range(RANGES + 1)]
    for after, last in pairwise(bounds):
        ORDINARY.execute(
            cursor,
            f"select {EVENT_COLUMNS} from unredacted_event h"  # noqa: S608
            " where stream > %s::uuid and stream <= %s::uuid and type <> all(%s) and recorded_at <= %s",
            (after, last, sorted(ASPECTS), recorded_at),
        )
        for row in cursor.fetchall():
            yield stored_event(row, decryptor)
