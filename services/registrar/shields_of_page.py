"""Which children are held back once records of theirs count no more, or count again: part of a page of `set_aside.py`.

A child with a record that is like a shielded child's stays visible as long as another agency's record counts. Views
find that again each time (`projections/cross_stream/hidden_children.py`), the registrar when it changes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child import Child, Ruling
from domain.matching import Features
from services.registrar.decided_again import DecidedAgain
from services.registrar.follow_shields import hold_back_anew
from services.registrar.found_like import found_of
from services.registrar.match_index import features_as_read
from services.registrar.placing import Placing, Streams
from services.registrar.shielded_records import children_of
from streams.store.database import Database

Restored = Mapping[str, tuple[str, Features]]
"""The child and the features of each record that is restored, and not in the match index yet."""


def hold_back_page(
    database: Database,
    streams: Streams,
    placed: Sequence[Placing],
    restored: Restored,
    again: DecidedAgain,
    ruling: Ruling,
) -> DecidedAgain:
    """What was decided `again`, with what follows for children of records that are `placed` anew."""
    with database.transaction() as cursor:
        numbers = {child for child, _ in restored.values()} | again.changed.keys()
        numbers |= _hidden_of(cursor, [each.record for each in placed])
        found = found_of(cursor, restored)
        children = [child for child in _children(streams, numbers, again.changed) if _may_be_held_back(child)]
        page = _Page(cursor, streams, children, found, placed, restored, again)
    events = [event for child in children for event in hold_back_anew(page, child, ruling, found)]
    return DecidedAgain([*again.events, *events], again.moved, page.changed)


class _Page:
    """The children of a page and those that their records are like, after what was decided again: a `ShieldLookup`.

    `changed` has the children of the page, and those that were changed before.
    """

    def __init__(
        self,
        cursor: Cursor,
        streams: Streams,
        children: Sequence[Child],
        found: Mapping[str, frozenset[str]],
        placed: Sequence[Placing],
        restored: Restored,
        again: DecidedAgain,
    ) -> None:
        likes = [*found.values(), *(like for each in children for like in each.like_shielded.values())]
        others = frozenset[str]().union(*likes)
        self._child_of = children_of(cursor, others) | {each: to for each, to in again.moved.items() if each in others}
        self._sources = _sources(cursor, children, placed, restored)
        self.changed = dict(again.changed) | {str(child.id): child for child in children}
        read = _children(streams, {*self._child_of.values()}, self.changed)
        self._children = {str(child.id): child for child in read} | self.changed
        records = {*found, *(record for each in children for record in each.like_shielded)}
        self._versions = {str(record.id): int(record.version) for record, _ in streams.read(sorted(map(UUID, records)))}

    def child(self, child: str) -> Child | None:
        """The child of that number; None where it is destroyed."""
        return self._children.get(child)

    def keep(self, child: Child) -> None:
        """Keeps a child as it is now."""
        self.changed[str(child.id)] = child

    def children_of(self, records: Collection[str]) -> Mapping[str, str]:
        """The child of each of the records that records of the page are like."""
        return {record: self._child_of[record] for record in records if record in self._child_of}

    def versions_of(self, records: Iterable[str]) -> dict[str, int]:
        """The last version of each record; one that is destroyed is left out."""
        return {record: self._versions[record] for record in records if record in self._versions}

    def sources_of(self, records: Collection[str]) -> dict[str, str]:
        """The agency of each of the records that counts from now on."""
        return {record: self._sources[record] for record in records if record in self._sources}


def _hidden_of(cursor: Cursor, records: Collection[str]) -> set[str]:
    """The children of the records that are hidden, or have a record that is like a shielded child's."""
    cursor.execute(
        "select distinct child::text from register.match_index join register.hidden_children using (child)"
        " where record = any(%s::uuid[])",
        (list(records),),
    )
    return {child for (child,) in cursor.fetchall()}


def _children(streams: Streams, numbers: Iterable[str], changed: Mapping[str, Child]) -> list[Child]:
    """The children that can be read, as they are after what was decided again."""
    others = streams.read([UUID(number) for number in sorted(set(numbers) - changed.keys())])
    return [changed[each] for each in sorted(changed.keys() & set(numbers))] + [child for child, _ in others]


def _may_be_held_back(child: Child) -> bool:
    return not (child.superseded_by or child.is_closed or child.is_destroyed)


def _sources(
    cursor: Cursor, children: Sequence[Child], placed: Sequence[Placing], restored: Restored
) -> dict[str, str]:
    """The agency of each record of the children that counts from now on."""
    records = {record for child in children for record in child.records}
    cursor.execute(
        "select record::text, features, aside from register.match_index where record = any(%s::uuid[])",
        (list(records),),
    )
    stored = {record: (features_as_read(features), aside) for record, features, aside in cursor.fetchall()}
    stored |= {record: (features, True) for record, (_, features) in restored.items()}
    aside = {record: was_aside for record, (_, was_aside) in stored.items()}
    aside |= {each.record: each.aside for each in placed}
    return {record: features.source for record, (features, _) in stored.items() if not aside[record]}
