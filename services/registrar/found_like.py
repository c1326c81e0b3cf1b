"""Which record the matcher has found to be like which: what a shield that comes later hides follows from that.

The views hide a record that was found like a shielded child's as soon as there is the shield
(`projections/duplicates/`). This has the same, by the same events, so that the registrar treats alike whom readers see
no more.
"""

from collections.abc import Collection, Iterable
from itertools import product
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.events import MatchDismissed, MatchSuspected, RecordHeldBack, SuspicionEnded
from domain.child.stewardship import MOST_PAIRS
from domain.event import RegisterEvent
from domain.matching import Features
from domain.matching.beside_hidden import LIKE_SHIELDED, WITHHELD
from services.registrar.match_index import features_as_read

FOUND_LIKE_TABLES = ("found_like",)
FINDING = (MatchSuspected, RecordHeldBack, SuspicionEnded, MatchDismissed)
"""The events that change what is kept here."""

Pair = tuple[str, str]
"""A record that was placed, and the other one that it is like."""


class FoundLike(NamedTuple):
    """A record with its child, its features, and those of the records in question that it is like.

    One that its agency has removed has no features: it may be restored.
    """

    record: str
    child: str
    features: Features | None
    others: frozenset[str]


_SOURCE = f"stored.features::json ->> {Features._fields.index('source')}"
"""The agency of a record, out of the index itself: no table of numbers is by record, and the registrar waits.

Removed records, whose agency is in no table, count as those of one agency.
"""
_FIND = f"""
    select found.record::text, coalesce(stored.child, removed.child)::text, stored.features,
           array_agg(found.other::text)
      from register.found_like found
      left join register.match_index stored on stored.record = found.record
      left join register.removed_records removed on removed.record = found.record
     where found.other = any(%s::uuid[]) and coalesce(stored.child, removed.child) is not null
     group by found.record, stored.child, removed.child, stored.features
     order by row_number() over (partition by {_SOURCE} order by found.record), found.record
     limit {MOST_PAIRS}"""  # noqa: S608


def found_like(cursor: Cursor, others: Collection[str]) -> list[FoundLike]:
    """The records that are like one of the others, as many as one decision may be about: one of each agency in turn."""
    cursor.execute(_FIND, (list(others),))
    return [
        FoundLike(record, child, features_as_read(stored) if stored else None, frozenset(like))
        for record, child, stored, like in cursor.fetchall()
    ]


def found_of(cursor: Cursor, records: Collection[str]) -> dict[str, frozenset[str]]:
    """What each of the records is like, where it is like any."""
    cursor.execute(
        "select record::text, array_agg(other::text) from register.found_like where record = any(%s::uuid[])"
        " group by record",
        (list(records),),
    )
    return {record: frozenset(others) for record, others in cursor.fetchall()}


def write_found_like(cursor: Cursor, events: Iterable[RegisterEvent]) -> None:
    """Keeps what the events have found, in order."""
    latest: dict[Pair, bool] = {}
    for event in events:
        if isinstance(event, MatchSuspected):
            found = (each["record"] for each in event.suspicions if each["rule"] not in (LIKE_SHIELDED, WITHHELD))
            latest |= dict.fromkeys(product((event.record,), found), True)
        elif isinstance(event, RecordHeldBack | SuspicionEnded):
            latest |= dict.fromkeys(product((event.record,), event.records), isinstance(event, RecordHeldBack))
        elif isinstance(event, MatchDismissed):
            latest |= dict.fromkeys(product(event.records, event.other_records), False)
            latest |= dict.fromkeys(product(event.other_records, event.records), False)
    for statement, holds in ((_END, False), (_KEEP, True)):
        if chosen := sorted(pair for pair, latest_word in latest.items() if latest_word is holds):
            cursor.execute(statement, tuple(map(list, zip(*chosen, strict=True))))


_PAIRS = "unnest(%s::uuid[], %s::uuid[]) as pair (record, other)"
_KEEP = f"insert into register.found_like (record, other) select * from {_PAIRS} on conflict do nothing"  # noqa: S608
_END = f"delete from register.found_like f using {_PAIRS} where (f.record, f.other) = (pair.record, pair.other)"  # noqa: S608
