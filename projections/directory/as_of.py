"""A child's entry as of a time: the events up to then, applied in memory by the directory's own projection."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.days import day_of
from domain.suspension import counted
from projections.audit_history.query import events_of, open_event
from projections.base.memory import MemoryViews
from projections.base.projection import Decryptor, PublishedEvent
from projections.directory.membership import Membership, membership_of, true_since
from projections.directory.project import ASPECTS, FACT, Directory
from projections.directory.redaction import ReadScope, RedactedEntry, by_record, redact, state_of
from projections.visibility.barriers import MOST_HOPS
from projections.visibility.shields import hidden_ids
from projections.visibility.survivors import was_known_openly

_DIRECTORY = Directory()


class AsOf(NamedTuple):
    """A view of the past: what was recorded by `recorded_at`, of what had become true by `effective`.

    Both are times as in events; None is without a bound.
    """

    recorded_at: str | None = None
    effective: str | None = None


NOW = AsOf()


def entry_as_of(
    cursor: Cursor, decryptor: Decryptor, child: str, as_of: AsOf, today: date, read_scope: ReadScope
) -> RedactedEntry:
    """The child as it was known then.

    Records belong to the child that they belonged to then. Left out are those of a now shielded child, and those that
    are removed or set aside now, of which nothing is shown at any time. Age is judged for `today`, consents on the day
    of that moment and by their current state.
    """
    recorded_at, effective = as_of
    views = MemoryViews()
    child, membership = _members(cursor, decryptor, child, recorded_at, read_scope)
    records = membership.records
    published = events_of(cursor, decryptor, records)
    hidden = hidden_ids(cursor, [child, *records], read_scope.opened)
    if child in hidden:
        return RedactedEntry(child)
    counting = {stream: counted(each) for stream, each in by_record(published).items()}
    states_now = {stream: state_of(each) for stream, each in counting.items()}
    gone = hidden | {
        stream for stream, state in states_now.items() if not counting[stream] or (state and state.removed)
    }
    published = [event for stream, each in counting.items() if stream not in gone for event in each]
    records = {record: position for record, position in records.items() if record not in gone}
    events = {
        (event.stream, event.version): event
        for event in _recorded_by(published, recorded_at)
        if event.type in ASPECTS and (effective is None or _is_true_by(event, effective))
    }
    for event in sorted(events.values(), key=lambda e: e.position):
        views.apply(_DIRECTORY.project(event))
    facts = [events[stream, version] for stream, _, _, version, *_ in views.rows(FACT)]
    begun = {event.stream for event in facts}
    linked = {record: position for record, position in records.items() if read_scope.cleared or record in begun}
    moment = effective or recorded_at
    of_day = date.fromisoformat(day_of(moment)) if moment else today
    aside = [record for record, since in membership.aside.items() if effective is None or since <= effective]
    return redact(child, facts, linked, aside, recorded_at, today, read_scope, of_day=of_day, states_now=states_now)


def _members(
    cursor: Cursor, decryptor: Decryptor, child: str, recorded_at: str | None, read_scope: ReadScope
) -> tuple[str, Membership]:
    """The child that the number meant then, and its records with the positions at which they were linked."""
    membership = Membership()
    if not read_scope.cleared and not was_known_openly(cursor, child):
        return child, membership
    for _ in range(MOST_HOPS):
        membership = membership_of(_recorded_by(events_of(cursor, decryptor, [child]), recorded_at))
        if membership.superseded_by is None:
            break
        child = membership.superseded_by
    return child, membership


def _recorded_by(events: Iterable[PublishedEvent], recorded_at: str | None) -> list[PublishedEvent]:
    return [event for event in events if recorded_at is None or event.recorded_at <= recorded_at]


_DAYS: Mapping[str, str] = {
    "RecordDeregistered.v1": "on",
    "FlagLowered.v1": "lowered_on",
    "InvolvementEnded.v1": "ended_on",
    "FlagRaised.v1": "raised_on",
}
"""Where events name the day from which on they count, though they are reported later."""


def _is_true_by(event: PublishedEvent, effective: str) -> bool:
    """Whether an event was true at a moment: by its time, or by the day that it names where it was reported later.

    What is reported again of an involvement or a flag is true from its time on, for it replaces the report before. An
    end on a day that has not come is among the events, and does not count yet where records are composed.
    """
    if true_since(event) <= effective:
        return True
    if event.data.get("again"):
        return False
    day = day_of(effective)
    if event.type == "InvolvementStarted.v1":
        begun: str | None = open_event(event).get("involvement", {}).get("started_on")
        return begun is not None and begun <= day
    return event.type in _DAYS and bool(open_event(event).get(_DAYS[event.type], event.time) <= day)
