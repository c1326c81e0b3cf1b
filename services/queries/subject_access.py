"""All that is held of a child, for subject access; `domain/subject_access/disclosure.py` decides what is disclosed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.authorization import Entitlement
from domain.authorization.masking import is_restricted
from domain.child.composition import RecordFact, RecordState, compose, fold_record, may_be_known
from domain.subject_access.disclosure import HeldData
from domain.suspension import counted
from domain.vocabulary import STEWARDSHIP_SOURCE
from projections.access_log.query import accesses
from projections.audit_history.query import events_of, open_event, true_source
from projections.base.projection import Decryptor, PublishedEvent
from projections.directory.query import entry
from projections.visibility.scope import Scope
from projections.visibility.survivors import family, survivor
from services.queries.organisations import Organisations
from services.registers import load_agencies
from streams.store.database import Cursor

MOST_SHOWN = 1_000
"""Looks of a document, the latest."""

Fields = dict[str, Any]


class Sources(NamedTuple):
    """What a document needs beside the views: decryptors of both logs, the users' register, the organisations."""

    keys: Decryptor
    access_keys: Decryptor
    people: Mapping[str, Entitlement]
    organisations: Organisations


class _Record(NamedTuple):
    """A record; its events from version `aside_from` on do not count, None where all do."""

    state: RecordState
    events: Sequence[PublishedEvent]
    restricted: bool
    aside_from: int | None


def held(cursor: Cursor, sources: Sources, child: str, today: date, *, cleared: bool) -> HeldData | None:
    """What is held of a child, None where nothing is; `cleared` is whether the user may see sensitive services."""
    current = entry(cursor, sources.keys, child, today=today)
    if current is None:
        return None
    child = survivor(cursor, child)
    records = _records(cursor, sources.keys, child, today)
    ordinary = [each for each in records if not each.restricted]
    whole = _whole(current, [each.state for each in ordinary], today)
    if whole is None:
        return None
    confidential = [each.state for each in records if cleared and each.restricted and _is_known(each.state, today)]
    kinds = {agency.urn: agency.kind for agency in load_agencies(cursor).values()}
    streams = {event.stream for each in (records if cleared else ordinary) for event in each.events}
    return HeldData(
        entry=whole,
        records=[each.state for each in ordinary],
        confidential=confidential,
        kinds=[kinds[each.state.source] for each in ordinary if each.state.source in kinds],
        history=[_event(event, each.aside_from) for each in ordinary for event in each.events],
        shown=[_look(cursor, sources, look) for look in _looks(cursor, sources, child)],
        decisions=_decisions(cursor, sources.keys, child, streams),
    )


def _whole(current: Mapping[str, Any], records: Sequence[RecordState], today: date) -> Fields | None:
    """The entry with all that a shield hides from readers; what an applicant gets of it is decided later."""
    made = compose(current["child"], records, position=current["position"], as_of=current["as_of"], today=today)
    return made and made | {"shielded": current["shielded"]}


def _records(cursor: Cursor, decryptor: Decryptor, child: str, today: date) -> list[_Record]:
    """The records of a child that are not removed or set aside with their agency, and can be decrypted, by agency.

    Those that do not fit the child are marked, so that nothing which others report rests on them.
    """
    Scope(cleared=True).execute(cursor, "select record::text from known_link where child = %s::uuid", (child,))
    linked = [record for (record,) in cursor.fetchall()]
    aside_from = _set_aside(cursor, child)
    by_stream: dict[str, list[PublishedEvent]] = {record: [] for record in linked}
    for event in events_of(cursor, decryptor, linked):
        by_stream[event.stream].append(event)
    found = []
    for stream, published in by_stream.items():
        events = counted(published)
        facts = [_fact(event) for event in events]
        if not facts or any(fact is None for fact in facts):
            continue
        state = fold_record((fact for fact in facts if fact), today)
        state.aside = stream in aside_from
        if not state.removed:
            restricted = is_restricted(state, {event.source for event in events})
            found.append(_Record(state, events, restricted, aside_from.get(stream)))
    return sorted(found, key=lambda each: (each.state.source, each.state.subject, each.state.stream))


def _set_aside(cursor: Cursor, child: str) -> dict[str, int]:
    """The records of a child that are set aside, each with the version from which on."""
    Scope(cleared=True).execute(
        cursor,
        "select distinct record::text, aside_from from unredacted_fact where child = %s::uuid and aside",
        (child,),
    )
    return dict(cursor.fetchall())


def _fact(event: PublishedEvent) -> RecordFact | None:
    personal = open_event(event)
    if event.sealed and not personal:
        return None
    source = true_source(event, personal)
    return RecordFact(event.stream, event.version, event.type, event.time, source, event.data, personal)


def _is_known(state: RecordState, today: date) -> bool:
    return any(may_be_known(each, today) for each in state.involvements.values())


def _event(event: PublishedEvent, aside_from: int | None) -> Fields:
    """An event of the history; of one that is set aside only that it came, for it may be about somebody else."""
    reported = open_event(event) if aside_from is None or event.version < aside_from else {}
    holds = {key: value for key, value in reported.items() if key not in ("caused_by", "source", "subject")}
    return {
        "when": event.time,
        "learnt": event.recorded_at,
        "event": event.type.partition(".")[0],
        "source": event.source,
        "holds": holds,
    }


def _looks(cursor: Cursor, sources: Sources, child: str) -> list[Fields]:
    return accesses(cursor, sources.access_keys, child, limit=MOST_SHOWN)


def _look(cursor: Cursor, sources: Sources, look: Mapping[str, Any]) -> Fields:
    """A look as an applicant's document shows it: without the user, and with the organisation where it is ordinary."""
    entitlement = sources.people.get(look["user"] or "")
    organisation = entitlement.organisation if entitlement else None
    return {
        "when": look["time"],
        "action": look.get("action"),
        "role": look.get("role"),
        "organisation": organisation if sources.organisations.about(cursor, organisation).ordinary else None,
        "reason_code": look.get("reason_code"),
    }


def _decisions(cursor: Cursor, decryptor: Decryptor, child: str, streams: set[str]) -> list[Fields]:
    """Stewards' decisions about the child, where every record that they name may be disclosed."""
    events = events_of(cursor, decryptor, family(cursor, child))
    return [
        {"when": event.time, "decision": event.type.partition(".")[0], "by": "data-manager"}
        for event in events
        if event.source == STEWARDSHIP_SOURCE and _may_be_disclosed(event, streams)
    ]


def _may_be_disclosed(event: PublishedEvent, streams: set[str]) -> bool:
    """Whether a decision names records, all of which may be disclosed; a shield names none."""
    named = _named_records(event.data)
    return named <= streams and (bool(named) or event.type.startswith("Shield"))


def _named_records(data: Mapping[str, Any]) -> set[str]:
    named = {*data.get("records", ()), *data.get("other_records", ()), *filter(None, [data.get("record")])}
    return named.union(*(each.get("records", ()) for each in data.get("merged", ())))
