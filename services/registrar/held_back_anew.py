"""Which children are held back once records of theirs count no more, or count again: part of a page of `set_aside.py`.

A child with a record that is like a shielded child's stays visible as long as another agency's record counts. Views ask
that each time (`projections/cross_stream/hidden_children.py`), the registrar when it changes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child import Child, Ruling
from domain.child.child import Suspected
from domain.event import RegisterEvent
from domain.matching import Features
from services.registrar.decided_again import DecidedAgain
from services.registrar.found_like import found_of
from services.registrar.linking import pending_events
from services.registrar.match_index import features_as_read
from services.registrar.placing import Placing, Streams
from services.registrar.shielded_records import children_of
from streams.store.database import Database

Restored = Mapping[str, tuple[str, Features]]
"""The child and the features of each record that is restored, and not in the match index yet."""


def hold_back_anew(
    database: Database,
    streams: Streams,
    placed: Sequence[Placing],
    restored: Restored,
    again: DecidedAgain,
    ruling: Ruling,
) -> DecidedAgain:
    """What was decided `again`, with what follows for children of records that stand as `placed` from now on."""
    with database.transaction() as cursor:
        numbers = {child for child, _ in restored.values()} | again.changed.keys()
        numbers |= _hidden_of(cursor, [each.record for each in placed])
        found = found_of(cursor, restored)
        children = [child for child in _children(streams, numbers, again.changed) if _may_be_held_back(child)]
        others = frozenset[str]().union(
            *found.values(), *(like for each in children for like in each.like_shielded.values())
        )
        child_of = children_of(cursor, others) | {each: to for each, to in again.moved.items() if each in others}
        sources = _sources(cursor, children, placed, restored)
    shields = {str(each.id): each.shield for each in _children(streams, {*child_of.values()}, again.changed)}
    shielded = frozenset(each for each, of in child_of.items() if shields.get(of))
    standing = shielded | frozenset(each for each in others if child_of.get(each) not in shields)
    likes = {child.id: _likes(child, found, shielded) for child in children}
    records = {UUID(record) for of_child in likes.values() for record in of_child}
    versions = {str(record.id): record.version for record, _ in streams.read(sorted(records))}
    events: list[RegisterEvent] = []
    for child in children:
        like = ((record, each) for record, each in sorted(likes[child.id].items()) if record in versions)
        known = [Suspected(record, versions[record], each, False) for record, each in like]
        child.follow_shields(known, standing, ruling, sources)
        events += pending_events(child)
    changed = dict(again.changed) | {str(child.id): child for child in children}
    return DecidedAgain([*again.events, *events], again.moved, changed)


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


def _likes(child: Child, found: Mapping[str, frozenset[str]], shielded: frozenset[str]) -> dict[str, frozenset[str]]:
    """What records of the child are like; those that are restored may be like shielded children's since they left."""
    likes = dict(child.like_shielded)
    for record in found.keys() & child.records:
        if others := (found[record] & shielded) - child.records:
            likes[record] = likes.get(record, frozenset()) | others
    return likes


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
