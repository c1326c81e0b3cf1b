"""Directory entries, composed on reading from the current events of a child's records, or those of a past time.

A reader who is not `cleared` gets nothing of sensitive services; nobody does without a consent in force.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.composition import RecordState
from domain.child.whereabouts import without_whereabouts
from domain.suspension import counted
from projections.audit_history.query import EVENT_COLUMNS, events_of, stored_event
from projections.base.prepared import Prepared
from projections.base.projection import Decryptor, PublishedEvent
from projections.directory.as_of import NOW, AsOf, entry_as_of
from projections.directory.redaction import (
    Entry,
    ReadScope,
    RedactedEntry,
    States,
    by_record,
    redact,
    state_of,
)
from projections.visibility.scope import IDENTITIES, ORDINARY, Scope
from projections.visibility.shields import Shielding, shieldings
from projections.visibility.survivors import survivor


class Moment(NamedTuple):
    """A moment at which views end, as in events, and its day."""

    recorded_at: str
    day: date


class StoredChild(NamedTuple):
    """A child as the views store it.

    `facts` are the current events of its records, by stream and version, `linked` the position at which each record
    was linked to it, `aside` the records that are set aside, `shielding` says that it is shielded, `shown` has the
    events that its visible part is composed of.
    """

    facts: dict[tuple[str, int], PublishedEvent]
    linked: dict[str, int]
    aside: set[str]
    shielding: Shielding | None
    shown: list[PublishedEvent]


def entry(
    cursor: Cursor,
    decryptor: Decryptor,
    child: str,
    as_of: AsOf = NOW,
    *,
    today: date,
    cleared: bool = False,
) -> Entry | None:
    """The directory entry of the contract's §3, now or of the past, or None where the child has no record left.

    The id of an absorbed child gives the survivor's entry. Age and consents are judged for `today`.
    """
    return redacted_entry(cursor, decryptor, child, as_of, today, ReadScope(cleared, today)).entry


def entries(
    cursor: Cursor, decryptor: Decryptor, children: Sequence[str], today: date, *, cleared: bool = False
) -> list[Entry]:
    """The entries of many children in the given order, without those who have no record left."""
    return [each.entry for each in redacted_entries(cursor, decryptor, children, today, cleared=cleared) if each.entry]


def redacted_entries(
    cursor: Cursor,
    decryptor: Decryptor,
    children: Sequence[str],
    today: date,
    *,
    cleared: bool = False,
    opened: Collection[str] = (),
    only_identity: bool = False,
    sees_waiting: bool = False,
) -> list[RedactedEntry]:
    """The redacted entries of many children in the given order; unknown ones are left out.

    The entries of shielded children that are not `opened` to the reader are without whereabouts, and without anything
    of sensitive services. With `only_identity` entries have nothing but who the child is. Who waits for a steward has
    an entry like a shielded child's for a reader who `sees_waiting`, and none for others.
    """
    found = stored_children(cursor, decryptor, children)
    read_scope = ReadScope(cleared, today, opened, only_identity, sees_waiting)
    return [_redact(child, found[child], read_scope) for child in children if child in found]


def redacted_entries_of_then(
    cursor: Cursor,
    decryptor: Decryptor,
    children: Sequence[str],
    then: Moment,
    read_scope: ReadScope,
    now: Cursor,
    *,
    lines_of_then: bool = False,
) -> list[RedactedEntry]:
    """As `redacted_entries` from views that end at a moment; `now` reads those of now.

    Age is judged for its day. A consent has to be in force on it, and by what is known now on the day of the scope.
    Services of hidden records are those of now, unless `lines_of_then`, for who may see these records.
    """
    found = stored_children(cursor, decryptor, children)
    streams = {event.stream for each in found.values() for event in (*each.facts.values(), *each.shown)}
    published = by_record(events_of(now, decryptor, streams))
    states_now = {stream: state_of(counted(published.get(stream, ()))) for stream in streams}
    redacted = [_redact(child, found[child], read_scope, then, states_now) for child in children if child in found]
    if lines_of_then:
        return redacted
    return [
        each._replace(services=_services_now(now, decryptor, each.child, read_scope))
        if each.entry and not each.is_shielded
        else each
        for each in redacted
    ]


def _services_now(cursor: Cursor, decryptor: Decryptor, child: str, read_scope: ReadScope) -> int:
    """How many services of hidden records the child's entry of now shows as restricted.

    An entry of any time shows as many: counted as of a moment they would reveal, to whoever may not know of these
    records, the moment of each report of a clinic, and so of a visit.
    """
    if read_scope.cleared:
        return 0
    now = stored_child_of_number(cursor, decryptor, child, cleared=False)
    return sum(_redact(number, each, read_scope).services for number, each in now.items())


def _redact(
    child: str,
    stored: StoredChild,
    read_scope: ReadScope,
    then: Moment | None = None,
    states_now: States | None = None,
) -> RedactedEntry:
    shielding = None if child in read_scope.opened else stored.shielding
    if shielding:
        if shielding.is_suspected and not read_scope.sees_waiting:
            return RedactedEntry(child, is_shielded=True)
        read_scope = read_scope._replace(cleared=False)
    facts = stored.shown if shielding else stored.facts.values()
    aside = () if shielding else stored.aside
    recorded_at, on = then or (None, None)
    today = on or read_scope.consents_on
    found = redact(child, facts, stored.linked, aside, recorded_at, today, read_scope, of_day=on, states_now=states_now)
    if shielding:
        return _redact_shielded(found, shielding)
    return found._replace(entry={**found.entry, "shielded": stored.shielding is not None}) if found.entry else found


def _children_where(name: str, kind: str, condition: str) -> Prepared:
    return Prepared(
        f"known_{name}",
        (kind,),
        f"select h.child, h.linked_at, h.aside, h.shielded_since, h.shielded_at, h.shown, {EVENT_COLUMNS}"  # noqa: S608
        f" from unredacted_fact h where h.child = {condition}",
    )


_CHILDREN = _children_where("of_all", "uuid[]", "any($1)")
_CHILD_OF_NUMBER = _children_where("of_number", "uuid", "survivor($1)")


def stored_children(cursor: Cursor, decryptor: Decryptor, children: Sequence[str]) -> Mapping[str, StoredChild]:
    """The stored children, those that have a record; their keys are fetched.

    Nothing is redacted: the caller has to redact what the reader may not see.
    """
    _CHILDREN.execute(cursor, (list(children),), settings=ORDINARY.setting)
    return _read_children(cursor, decryptor)


def stored_child_of_number(
    cursor: Cursor, decryptor: Decryptor, number: str, *, cleared: bool
) -> Mapping[str, StoredChild]:
    """As `stored_children`, of the child that a number means now to a reader who is cleared or not (`survivor`)."""
    _CHILD_OF_NUMBER.execute(cursor, (number,), settings=Scope(cleared).setting)
    return _read_children(cursor, decryptor)


def closed_child(cursor: Cursor, decryptor: Decryptor, child: str, read_scope: ReadScope) -> Entry | None:
    """The entry of a child that is closed, or has records that are, for a custodian of identities; None of others."""
    scope = Scope(read_scope.cleared, IDENTITIES)
    scope.execute(
        cursor,
        "select exists (select from identity_event where given and child = %(child)s::uuid)"
        " or exists (select from closed_record where child = %(child)s::uuid)",
        {"child": child},
    )
    if cursor.fetchone() != (True,):
        return None
    _CHILDREN.execute(cursor, ([child],), settings=scope.setting)
    found = _read_children(cursor, decryptor)
    opened = read_scope._replace(opened=[child])
    return next((_redact(number, each, opened).entry for number, each in found.items()), None)


def _read_children(cursor: Cursor, decryptor: Decryptor) -> Mapping[str, StoredChild]:
    found: dict[str, StoredChild] = {}
    shown_of: dict[str, list[str]] = {}
    for child, position, aside, since, hidden_at, shown, *row in cursor.fetchall():
        event = stored_event(row, decryptor)
        of_child = found.get(child)
        if of_child is None:
            shielding = None if hidden_at is None else Shielding(since, hidden_at)
            of_child = found[child] = StoredChild({}, {}, set(), shielding, [])
            shown_of |= {child: shown} if shown else {}
        of_child.facts[event.stream, event.version] = event
        of_child.linked[event.stream] = position
        if aside:
            of_child.aside.add(event.stream)
    if shown_of:
        _read_shown(cursor, decryptor, found, shown_of)
    decryptor.prefetch({stream for each in found.values() for stream, _ in each.facts})
    return found


def _read_shown(
    cursor: Cursor, decryptor: Decryptor, found: Mapping[str, StoredChild], shown_of: Mapping[str, Sequence[str]]
) -> None:
    """Reads the events that the visible part of hidden children is composed of."""
    versions = {(*each.split(" "),): child for child, shown in shown_of.items() for each in shown}
    streams, numbers = zip(*versions, strict=True)
    ORDINARY.execute(
        cursor,
        f"select {EVENT_COLUMNS} from unredacted_event h"  # noqa: S608
        " join unnest(%s::uuid[], %s::int[]) as asked (stream, version)"
        " on h.stream = asked.stream and h.version = asked.version",
        (list(streams), list(numbers)),
    )
    for row in cursor.fetchall():
        event = stored_event(row, decryptor)
        found[versions[event.stream, str(event.version)]].shown.append(event)


def _redact_shielded(found: RedactedEntry, shielding: Shielding) -> RedactedEntry:
    """The redacted entry of a shielded child, without any trace of what was left out."""
    if found.entry is None:
        return RedactedEntry(found.child, is_shielded=True)
    entry = without_whereabouts(found.entry, shielding.position, shielding.since or found.entry["as_of"])
    return RedactedEntry(found.child, entry, is_shielded=True)


def redacted_entry(
    cursor: Cursor, decryptor: Decryptor, child: str, as_of: AsOf, today: date, read_scope: ReadScope
) -> RedactedEntry:
    """The redacted entry of a child now, or of the past.

    A child that is shielded now is shown as shielded at any time. Services of hidden records are those of now.
    """
    if as_of != NOW:
        number = survivor(cursor, child, cleared=read_scope.cleared)
        if not shieldings(cursor, [number], read_scope.opened):
            found = entry_as_of(cursor, decryptor, child, as_of, today, read_scope)
            if not found.entry:
                return found
            shielded = bool(read_scope.opened and shieldings(cursor, [number]))
            services = _services_now(cursor, decryptor, child, read_scope)
            return found._replace(entry={**found.entry, "shielded": shielded}, services=services)
    now = stored_child_of_number(cursor, decryptor, child, cleared=read_scope.cleared)
    return next(
        (_redact(number, each, read_scope._replace(consents_on=today)) for number, each in now.items()),
        RedactedEntry(child),
    )


def children(cursor: Cursor, after: str | None, limit: int, *, cleared: bool = False) -> list[str]:
    """The ids of children that have a record left, in order, from the one that follows `after`."""
    Scope(cleared).execute(
        cursor,
        "select child from known_child where child > %s::uuid order by child limit %s",
        (after or "00000000-0000-0000-0000-000000000000", limit),
    )
    return [child for (child,) in cursor.fetchall()]


def count_children(cursor: Cursor) -> int:
    """How many children ordinary agencies know, without hidden ones."""
    ORDINARY.execute(cursor, "select count(*) from unveiled_listing")
    (number,) = cursor.fetchone() or (0,)
    return int(number)


def children_with_records(cursor: Cursor, children: Sequence[str], *, cleared: bool = False) -> set[str]:
    """Those of the children that have a record left."""
    Scope(cleared).execute(
        cursor,
        "select child::text from known_child where child = any(%s::uuid[])",
        (list(children),),
    )
    return {child for (child,) in cursor.fetchall()}


def child_of_record(cursor: Cursor, record: str, *, cleared: bool = False) -> str | None:
    """The child of a record that the reader may know of; None where there is none, or the record is removed."""
    Scope(cleared).execute(
        cursor, "select child::text from known_link where record = %s::uuid and not removed", (record,)
    )
    row = cursor.fetchone()
    return row[0] if row else None


def records(cursor: Cursor, decryptor: Decryptor, streams: Sequence[str]) -> dict[str, RecordState]:
    """The current particulars of the named records; one whose key is destroyed is left out.

    Nothing is redacted: the caller has made sure that the reader may know of the records.
    """
    ORDINARY.execute(
        cursor,
        f"select {EVENT_COLUMNS} from unredacted_fact h"  # noqa: S608
        " where h.record = any(%s::uuid[]) and h.aspect = 'particulars'",
        (list(streams),),
    )
    events = [stored_event(row, decryptor) for row in cursor.fetchall()]
    decryptor.prefetch({event.stream for event in events})
    return {stream: state for stream, of_record in by_record(events).items() if (state := state_of(of_record))}
