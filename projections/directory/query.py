"""Directory entries, composed on reading from what holds of a child's records, now or as of a time.

A reader who is not `cleared` gets nothing that comes from a sensitive service; nobody does without a consent to it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.composition import RecordState
from domain.child.whereabouts import without_whereabouts
from projections.audit_history.query import EVENT_COLUMNS, stored_event
from projections.base.prepared import Prepared
from projections.base.projection import Decryptor, PublishedEvent
from projections.directory.redaction import Entry, ReadScope, RedactedEntry, redact, state_of
from projections.directory.replay import replayed
from projections.visibility.restricted import unless_cleared
from projections.visibility.shields import Shielding, shieldings
from projections.visibility.survivors import meant_by, survivor


class Known(NamedTuple):
    """What is known of a child.

    `facts` are the events that hold of its records, by stream and version, `linked` the position at which each record
    was linked to it, `shielding` that it is shielded.
    """

    facts: dict[tuple[str, int], PublishedEvent]
    linked: dict[str, int]
    shielding: Shielding | None


_REMOVED = "exists (select from views.fact f where f.stream = l.record and f.aspect = 'removal')"


def entry(
    cursor: Cursor,
    decryptor: Decryptor,
    child: str,
    *,
    effective: str | None = None,
    today: date,
    cleared: bool = False,
) -> Entry | None:
    """The directory entry of the contract's §3 as it is known now, or None where the child has no record left.

    The number of a child that was absorbed gives the survivor's entry.

    `effective` (a time as in events) gives it as it was true then; age and consents are judged for `today`.
    """
    return seen_one(cursor, decryptor, child, None, effective, today, ReadScope(cleared, today)).entry


def entries(
    cursor: Cursor, decryptor: Decryptor, children: Sequence[str], today: date, *, cleared: bool = False
) -> list[Entry]:
    """The entries of many children in the order asked, without those who have no record left."""
    return [each.entry for each in seen(cursor, decryptor, children, today, cleared=cleared) if each.entry]


def as_of(
    cursor: Cursor,
    decryptor: Decryptor,
    child: str,
    recorded_at: str | None,
    effective: str | None,
    today: date,
    *,
    cleared: bool = False,
) -> Entry | None:
    """The entry as it was known at `recorded_at`, of what had become true by `effective`, where there are bounds."""
    return seen_one(cursor, decryptor, child, recorded_at, effective, today, ReadScope(cleared, today)).entry


def seen(
    cursor: Cursor,
    decryptor: Decryptor,
    children: Sequence[str],
    today: date,
    *,
    cleared: bool = False,
    opened: Collection[str] = (),
) -> list[RedactedEntry]:
    """What is seen of many children in the order asked; unknown ones are left out.

    Of shielded ones that are not `opened` to the reader whereabouts are not seen, nor what sensitive services say.
    """
    found = known(cursor, decryptor, children)
    read_scope = ReadScope(cleared, today, opened)
    return [_seen(child, found[child], read_scope) for child in children if child in found]


def _seen(child: str, known: Known, read_scope: ReadScope) -> RedactedEntry:
    shielding = None if child in read_scope.opened else known.shielding
    if shielding:
        read_scope = read_scope._replace(cleared=False)
    found = redact(child, known.facts.values(), known.linked, None, read_scope.consents_on, read_scope)
    if shielding:
        return _veiled(found, shielding)
    return found._replace(entry={**found.entry, "shielded": known.shielding is not None}) if found.entry else found


def _known_where(name: str, kind: str, condition: str) -> Prepared:
    return Prepared(
        f"known_{name}",
        (kind,),
        f"select l.child, l.position, z.since, z.position, {EVENT_COLUMNS}"  # noqa: S608
        " from views.link l join views.fact f on f.stream = l.record"
        " join views.history h on h.stream = f.stream and h.version = f.version"
        f" left join views.hidden z on z.child = l.child where l.child = {condition}",
    )


_KNOWN = _known_where("of_all", "uuid[]", "any($1)")
_KNOWN_BY = {
    cleared: _known_where("to_the_cleared" if cleared else "to_others", "uuid", meant_by(cleared, "$1"))
    for cleared in (False, True)
}


def known(cursor: Cursor, decryptor: Decryptor, children: Sequence[str]) -> Mapping[str, Known]:
    """What is known of children, those that have a record.

    Keys are fetched. Whoever asks sees to it that nothing is shown that the reader may not see.
    """
    _KNOWN.execute(cursor, (list(children),))
    return _read_known(cursor, decryptor)


def known_by(cursor: Cursor, decryptor: Decryptor, number: str, *, cleared: bool) -> Mapping[str, Known]:
    """As `known`, of the child that a number means now to a reader who is cleared or not (`survivor`)."""
    _KNOWN_BY[cleared].execute(cursor, (number,))
    return _read_known(cursor, decryptor)


def _read_known(cursor: Cursor, decryptor: Decryptor) -> Mapping[str, Known]:
    found: dict[str, Known] = {}
    for child, position, since, hidden_at, *row in cursor.fetchall():
        event = stored_event(row, decryptor)
        of_child = found.get(child)
        if of_child is None:
            of_child = found[child] = Known({}, {}, None if hidden_at is None else Shielding(since, hidden_at))
        of_child.facts[event.stream, event.version] = event
        of_child.linked[event.stream] = position
    decryptor.prefetch({stream for each in found.values() for stream, _ in each.facts})
    return found


def _veiled(found: RedactedEntry, shielding: Shielding) -> RedactedEntry:
    """What is left of a shielded child; that anything was left out tells nothing more."""
    if found.entry is None:
        return RedactedEntry(found.child, is_shielded=True)
    entry = without_whereabouts(found.entry, shielding.position, shielding.since or found.entry["as_of"])
    return RedactedEntry(found.child, entry, is_shielded=True)


def seen_one(
    cursor: Cursor,
    decryptor: Decryptor,
    child: str,
    recorded_at: str | None,
    effective: str | None,
    today: date,
    read_scope: ReadScope,
) -> RedactedEntry:
    """What is seen of a child now, or as of a time; None means without a bound.

    A child that is shielded now was so at all times, as far as can be seen: it is shown as now.
    """
    if recorded_at is not None or effective is not None:
        number = survivor(cursor, child, cleared=read_scope.cleared)
        if not shieldings(cursor, [number], read_scope.opened):
            found = replayed(cursor, decryptor, child, recorded_at, effective, today, read_scope)
            shielded = found.child in read_scope.opened or number in read_scope.opened
            return found._replace(entry={**found.entry, "shielded": shielded}) if found.entry else found
    now = known_by(cursor, decryptor, child, cleared=read_scope.cleared)
    return next(
        (_seen(number, each, read_scope._replace(consents_on=today)) for number, each in now.items()),
        RedactedEntry(child),
    )


def children(cursor: Cursor, after: str | None, limit: int, *, cleared: bool = False) -> list[str]:
    """The ids of children that have a record left, in order, from the one that follows `after`."""
    cursor.execute(
        "select distinct l.child from views.link l where l.child > %s::uuid"  # noqa: S608
        f" and not {_REMOVED}{unless_cleared(cleared, 'l.record')} order by l.child limit %s",
        (after or "00000000-0000-0000-0000-000000000000", limit),
    )
    return [child for (child,) in cursor.fetchall()]


def children_known(cursor: Cursor, children: Sequence[str], *, cleared: bool = False) -> set[str]:
    """Those of the children that have a record left."""
    cursor.execute(
        "select distinct l.child::text from views.link l where l.child = any(%s::uuid[])"  # noqa: S608
        f" and not {_REMOVED}{unless_cleared(cleared, 'l.record')}",
        (list(children),),
    )
    return {child for (child,) in cursor.fetchall()}


def records(cursor: Cursor, decryptor: Decryptor, streams: Sequence[str]) -> dict[str, RecordState]:
    """What agencies now hold in the records named; one whose key is destroyed is left out.

    Whoever asks has made sure that the reader may know of them.
    """
    cursor.execute(
        f"select {EVENT_COLUMNS} from views.fact f"  # noqa: S608
        " join views.history h on h.stream = f.stream and h.version = f.version"
        " where f.stream = any(%s::uuid[]) and f.aspect = 'particulars'",
        (list(streams),),
    )
    events = [stored_event(row, decryptor) for row in cursor.fetchall()]
    decryptor.prefetch({event.stream for event in events})
    return {event.stream: state for event in events if (state := state_of([event]))}
