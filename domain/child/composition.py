"""How a directory entry is composed of the linked source records; nothing is ever copied from a record into a child.

Only `belief.py` decides which source is believed for which field.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from domain.belief import (
    ADDRESS,
    BIRTH,
    CARERS,
    GENDER,
    NAME,
    NHS_NUMBER,
    UPN,
    Field,
    HeldValue,
    Origin,
    Statement,
    authorities,
    believed_records,
    best_of_each_component,
    birth_statement,
    comparable_name,
    weigh,
)
from domain.education import Schooling, education_status
from domain.matching.normalise import normalise_name, normalise_postcode
from domain.timeline.order import has_ended, in_order, rank, status_changes_in_order
from domain.vocabulary import SENSITIVE_SERVICES
from domain.wording import CARER

Fields = dict[str, Any]

IDENTITY = (NAME, BIRTH, GENDER)
"""The fields that say who a child is."""


@dataclass(frozen=True, slots=True)
class RecordFact:
    """One event of a record, decrypted: `time` is effective (ISO), `source` the true agency, `personal` was sealed."""

    stream: str
    version: int
    type: str
    time: str
    source: str
    data: Mapping[str, Any]
    personal: Mapping[str, Any]


@dataclass(slots=True)
class InvolvementState:
    """One involvement as its agency last submitted it."""

    details: Fields
    ended_on: str | None = None
    consent_withdrawn: bool = False


@dataclass(slots=True)
class RecordState:
    """The state of a source record. `time` is when its particulars became true; `removed` records are in no entry.

    `kind` is that of its agency, None where unknown. The particulars of a record that is set `aside` do not count.
    """

    stream: str
    source: str = ""
    subject: str = ""
    time: str = ""
    particulars: Fields = field(default_factory=dict)
    removed: bool = False
    deregistered: Fields | None = None
    involvements: dict[int, InvolvementState] = field(default_factory=dict)
    flags: dict[int, Fields] = field(default_factory=dict)
    kind: str | None = None
    aside: bool = False


_REGISTERING = frozenset({"RecordRegistered.v1", "RecordRegistered.v2"})
_REMOVING = frozenset({"RecordRemoved", "RecordRemovedAgain", "RecordRemovedBySteward", "ErasureFenced"})


def fold_record(facts: Iterable[RecordFact], today: date | None = None) -> RecordState:
    """The state of one record from its facts, in any order: all of them, or the one of each aspect that holds.

    A flag that will be lowered after `today` is still up, and a record that will be deregistered after it is not
    deregistered yet; None counts every end. An involvement has its last day even before that day.
    """
    by_kind: defaultdict[str, list[RecordFact]] = defaultdict(list)
    stream: str | None = None
    for fact in facts:
        stream = fact.stream
        by_kind[fact.type.partition(".")[0]].append(fact)
    if stream is None:
        raise ValueError("a record has at least one fact")
    state = RecordState(stream, removed=not _REMOVING.isdisjoint(by_kind))
    registered = by_kind["RecordRegistered"]
    if described := in_order([*registered, *by_kind["RecordAmended"]]):
        held = described[-1]
        state.source, state.subject, state.time = held.source, held.personal["subject"], held.time
        state.particulars, state.kind = dict(held.personal["particulars"]), held.data.get("kind")
    again = [(fact, True) for fact in registered if fact.version > 1]
    status_changes = status_changes_in_order([*again, *((fact, False) for fact in by_kind["RecordDeregistered"])])
    last = status_changes[-1] if status_changes else None
    if last and last.type not in _REGISTERING and _has_come(last.personal["on"], today):
        state.deregistered = {name: last.personal[name] for name in ("reason", "on")}
    withdrawn = _held(by_kind["ConsentWithdrawn"])
    ended = _held(by_kind["InvolvementEnded"])
    for number, begun in _held(by_kind["InvolvementStarted"]).items():
        state.involvements[number] = _involvement_state(begun, ended.get(number), withdrawn.get(number))
    lowered = _held(by_kind["FlagLowered"])
    for number, raised in _held(by_kind["FlagRaised"]).items():
        end = lowered.get(number)
        if end and has_ended(raised, raised.data["again"], end) and _has_come(end.personal["lowered_on"], today):
            continue
        personal = raised.personal
        contact = personal.get("contact") or {}
        state.flags[number] = {"flag": personal["flag"], "raised_on": personal["raised_on"], "contact": contact}
    return state


def _has_come(day: str, today: date | None) -> bool:
    return today is None or day <= today.isoformat()


def _held(facts: Iterable[RecordFact]) -> dict[int, RecordFact]:
    """For each number the fact that holds, in their order."""
    latest = {fact.data["number"]: fact for fact in in_order(facts)}
    return {fact.data["number"]: fact for fact in in_order(latest.values())}


def _involvement_state(begun: RecordFact, ended: RecordFact | None, withdrawn: RecordFact | None) -> InvolvementState:
    details = dict(begun.personal["involvement"])
    ended_on = ended.personal["ended_on"] if ended and has_ended(begun, begun.data["again"], ended) else None
    return InvolvementState(details, ended_on, withdrawn is not None and _is_withdrawn(begun, details, withdrawn))


def _is_withdrawn(begun: RecordFact, details: Fields, withdrawn: RecordFact) -> bool:
    """A withdrawal applies to what was begun before it, and to any consent that was given before its day."""
    given_on = (details.get("consent") or {}).get("on")
    return rank(withdrawn) > rank(begun) or (given_on is not None and given_on < withdrawn.personal["on"])


def compose(
    child: str, records: Sequence[RecordState], *, position: int, as_of: str, today: date
) -> dict[str, Any] | None:
    """The directory entry of the contract §3, or None when no record is left.

    `position` is that of the last event in the entry, `as_of` the recorded time of the entry (ISO text), `today` the
    day for which age and consents are judged.
    """
    kept = [record for record in records if not record.removed]
    if not kept:
        return None
    believed = believed_records(kept, is_aside)
    belief = weighed(believed)
    by_stream = {record.stream: record for record in believed}
    identity = _identity(belief, by_stream)
    name, date_of_birth = identity["name"], identity["date_of_birth"]
    involvements = [
        _involvement(record, state)
        for record in _by_source(kept)
        for state in record.involvements.values()
        if may_be_known(state, today)
    ]
    education = education_status(
        date_of_birth,
        [
            Schooling(shown["service"], shown["started_on"], shown["ended_on"])
            for shown in involvements
            if shown["service"] in ("education", "home-education")
        ],
        today,
    )
    return {
        "child": child,
        "name": name,
        "other_names": _other_names(name, _in_order(belief[NAME], by_stream)),
        "date_of_birth": date_of_birth,
        "date_of_birth_estimated": identity["date_of_birth_estimated"],
        "gender": identity["gender"],
        "identifiers": {field.name: [held.value for held in belief[field]] for field in (NHS_NUMBER, UPN)},
        "addresses": [place_of(record) for record in _in_order(belief[ADDRESS], by_stream)],
        "carers": [carer_of(held) for held in belief[CARERS]],
        "involvements": sorted(involvements, key=lambda i: (i["ended_on"] is not None, i["started_on"] or "")),
        "flags": [{**flag, "source": record.source} for record in _by_source(kept) for flag in record.flags.values()],
        "records": [_record(record) for record in _by_source(kept)],
        "education": {"status": education.status, "since": education.since},
        "shielded": False,
        "position": position,
        "as_of": as_of,
    }


def compose_identity(
    child: str, records: Sequence[RecordState], *, position: int, as_of: str, today: date
) -> dict[str, Any] | None:
    """As `compose`, with the identity alone: a list of search results shows no more."""
    kept = [record for record in records if not record.removed]
    if not kept:
        return None
    believed = believed_records(kept, is_aside)
    identity = _identity(weighed(believed, IDENTITY), {record.stream: record for record in believed})
    return {"child": child, **identity, "shielded": False, "position": position, "as_of": as_of}


def _identity(belief: Mapping[Field, list[HeldValue]], by_stream: Mapping[str, RecordState]) -> dict[str, Any]:
    births, genders = belief[BIRTH], belief[GENDER]
    return {
        "name": name_of(by_stream[belief[NAME][0].first.stream].particulars),
        "date_of_birth": str(births[0].value) if births else None,
        "date_of_birth_estimated": bool(births) and not births[0].exact,
        "gender": str(genders[0].value) if genders else "unknown",
    }


def weighed(records: Sequence[RecordState], fields: Iterable[Field] | None = None) -> Mapping[Field, list[HeldValue]]:
    """For each of the fields, by default all, the values that these records report, the one to believe first.

    Of carers who have the same weight, that one comes first who does so in the record with the least id.
    """
    reported = [(origin_of(record), record.particulars) for record in sorted(records, key=_stream)]
    return {
        field: weigh(field, chain.from_iterable(_STATEMENTS[field](origin, held) for origin, held in reported))
        for field in fields or _STATEMENTS
    }


def authorities_of(records: Iterable[RecordState]) -> Sequence[str]:
    """Every local authority that the child of these records may live in, the one to believe first."""
    believed = believed_records([record for record in records if not record.removed], is_aside)
    homes = ((origin_of(record), record.particulars.get("address") or {}) for record in believed)
    return authorities(Statement(home.get("authority"), origin) for origin, home in homes)


def _stream(record: RecordState) -> str:
    return record.stream


def origin_of(record: RecordState) -> Origin:
    """The origin of what a record reports."""
    return Origin(record.stream, record.source, record.kind, record.deregistered is not None, record.time)


def is_aside(record: RecordState) -> bool:
    """Whether the record is set aside, so that its particulars do not count."""
    return record.aside


def _stated_name(origin: Origin, held: Fields) -> Iterable[Statement]:
    written = held.get("given_name") or "", held.get("family_name") or ""
    value, known_parts = comparable_name(*written)
    yield Statement(value, origin, completeness=known_parts, written=written)


def _stated_birth(origin: Origin, held: Fields) -> Iterable[Statement]:
    yield birth_statement(held.get("date_of_birth"), bool(held.get("date_of_birth_estimated")), origin)


def _stated_gender(origin: Origin, held: Fields) -> Iterable[Statement]:
    gender = held.get("gender")
    yield Statement(None if gender == "unknown" else gender, origin)


def _stated_nhs_number(origin: Origin, held: Fields) -> Iterable[Statement]:
    yield Statement(held.get("nhs_number") or None, origin)


def _stated_upn(origin: Origin, held: Fields) -> Iterable[Statement]:
    yield Statement(held.get("upn") or None, origin)


def _stated_address(origin: Origin, held: Fields) -> Iterable[Statement]:
    address = held.get("address")
    if address:
        place = _place(address)
        yield Statement(
            place or address.get("authority") or "", origin, completeness=place is not None, written=address
        )


def _stated_carers(origin: Origin, held: Fields) -> Iterable[Statement]:
    """The carers of a record, identified by name; a carer without a name is the record's own."""
    by_key: dict[str, Fields] = {}
    for place, carer in enumerate(held.get("carers") or ()):
        by_key.setdefault(normalise_name(carer.get("name") or "") or f"{origin.stream} {place}", carer)
    for key, carer in by_key.items():
        yield Statement(key, origin, written=carer)


_STATEMENTS: Mapping[Field, Any] = {
    NAME: _stated_name,
    BIRTH: _stated_birth,
    GENDER: _stated_gender,
    NHS_NUMBER: _stated_nhs_number,
    UPN: _stated_upn,
    ADDRESS: _stated_address,
    CARERS: _stated_carers,
}


def _place(address: Fields) -> Hashable | None:
    """The value by which addresses agree, however their lines are written; None where no place is named."""
    postcode = normalise_postcode(address.get("postcode") or "")
    lines = " ".join(normalise_name(line) for line in address.get("lines") or ())
    return postcode or address.get("uprn") or lines or None


def _in_order(held: Iterable[HeldValue], by_stream: Mapping[str, RecordState]) -> list[RecordState]:
    """The records that report these values, the one to believe first."""
    return [by_stream[statement.origin.stream] for each in held for statement in each.statements]


def name_of(held: Fields) -> Fields:
    """The name of these particulars."""
    return {"given_name": held["given_name"], "family_name": held["family_name"]}


def _by_source(records: Iterable[RecordState]) -> list[RecordState]:
    return sorted(records, key=lambda record: (record.source, record.subject, record.stream))


def _other_names(name: Fields, ranked: Sequence[RecordState]) -> list[Fields]:
    """Every other name in a record, as its name or as a former name or alias; each once."""
    keys = {_name_key(name)}
    others = []
    for record in ranked:
        stated = {key: record.particulars[key] for key in ("given_name", "family_name")} | {"kind": "alias"}
        for other in [*(record.particulars.get("other_names") or ()), stated]:
            if _name_key(other) not in keys:
                keys.add(_name_key(other))
                others.append({key: other.get(key) for key in ("given_name", "family_name", "kind")})
    return others


def _name_key(name: Mapping[str, Any]) -> tuple[str, str]:
    return normalise_name(name.get("given_name") or ""), normalise_name(name.get("family_name") or "")


def place_of(record: RecordState) -> Fields:
    """The address of a record that has one."""
    address = record.particulars["address"]
    kept = {key: address.get(key) for key in ("postcode", "uprn", "authority", "status")}
    return {"lines": address.get("lines") or [], **kept, "source": record.source}


def carer_of(held: HeldValue) -> Fields:
    """A carer as in the record that is believed most, except where two agencies agree otherwise."""
    agreed = zip(CARER, best_of_each_component(CARERS, held), strict=False)
    confirmed = {name: statement.written[name] for name, statement in agreed if statement.written.get(name) is not None}
    return {**held.statements[0].written, **confirmed, "source": held.first.source}


def may_be_known(state: InvolvementState, today: date) -> bool:
    """Whether an involvement is in the entry: a sensitive one only while the consent to it is in force."""
    if state.details["service"] not in SENSITIVE_SERVICES:
        return True
    consent, day = state.details.get("consent") or {}, today.isoformat()
    given_on, until = consent.get("on"), consent.get("until")
    begun = given_on is not None and given_on <= day
    return begun and not state.consent_withdrawn and (until is None or until >= day)


def _involvement(record: RecordState, state: InvolvementState) -> Fields:
    details = state.details
    return {
        "involvement": details["involvement"],
        "service": details["service"],
        "organisation": details.get("organisation") or {},
        "practitioner": details.get("practitioner") or {},
        "lead_professional": bool(details.get("lead_professional")),
        "started_on": details.get("started_on"),
        "ended_on": state.ended_on,
        "source": record.source,
    }


def _record(record: RecordState) -> Fields:
    shown: Fields = {"source": record.source, "subject": record.subject}
    if record.deregistered:
        shown["deregistered"] = record.deregistered
    return shown
