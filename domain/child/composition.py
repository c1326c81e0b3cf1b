"""How a directory entry is composed of the linked source records; nothing is ever copied from a record into a child.

Which source is believed for which field is decided in `_precedence` and the functions below it, and nowhere else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.birth import believed_birth
from domain.child.belief import precedence
from domain.education import Schooling, education_status
from domain.matching.normalise import normalise_name
from domain.timeline.order import has_ended, in_order, rank, standings_in_order
from domain.vocabulary import SENSITIVE_SERVICES

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordFact:
    """One event of a record, decrypted: `time` is effective (ISO), `source` the true one, `personal` was sealed."""

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
    """The state of a source record. `time` is when its particulars became true; `removed` records are in no entry."""

    stream: str
    source: str = ""
    subject: str = ""
    time: str = ""
    particulars: Fields = field(default_factory=dict)
    removed: bool = False
    deregistered: Fields | None = None
    involvements: dict[int, InvolvementState] = field(default_factory=dict)
    flags: dict[int, Fields] = field(default_factory=dict)


_REGISTERING = frozenset({"RecordRegistered.v1"})
_REMOVING = frozenset({"RecordRemoved", "RecordRemovedBySteward"})


def fold_record(facts: Iterable[RecordFact]) -> RecordState:
    """The state of one record from its facts, in any order: all of them, or the one of each aspect that holds."""
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
        state.particulars = dict(held.personal["particulars"])
    told = [(fact, True) for fact in registered if fact.version > 1]
    standings = standings_in_order([*told, *((fact, False) for fact in by_kind["RecordDeregistered"])])
    if standings and standings[-1].type not in _REGISTERING:
        state.deregistered = {name: standings[-1].personal[name] for name in ("reason", "on")}
    withdrawn = _held(by_kind["ConsentWithdrawn"])
    ended = _held(by_kind["InvolvementEnded"])
    for number, begun in _held(by_kind["InvolvementStarted"]).items():
        state.involvements[number] = _involvement_state(begun, ended.get(number), withdrawn.get(number))
    lowered = _held(by_kind["FlagLowered"])
    for number, raised in _held(by_kind["FlagRaised"]).items():
        if not has_ended(raised, raised.data["again"], lowered.get(number)):
            personal = raised.personal
            contact = personal.get("contact") or {}
            state.flags[number] = {"flag": personal["flag"], "raised_on": personal["raised_on"], "contact": contact}
    return state


def _held(facts: Iterable[RecordFact]) -> dict[int, RecordFact]:
    """Of the facts of each number the one that holds."""
    return {fact.data["number"]: fact for fact in in_order(facts)}


def _involvement_state(begun: RecordFact, ended: RecordFact | None, withdrawn: RecordFact | None) -> InvolvementState:
    details = dict(begun.personal["involvement"])
    ended_on = ended.personal["ended_on"] if ended and has_ended(begun, begun.data["again"], ended) else None
    return InvolvementState(details, ended_on, withdrawn is not None and _is_withdrawn(begun, details, withdrawn))


def _is_withdrawn(begun: RecordFact, details: Fields, withdrawn: RecordFact) -> bool:
    """A withdrawal holds of what was begun before it, and of any consent that was given before its day."""
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
    ranked = sorted(kept, key=_precedence, reverse=True)
    best = ranked[0].particulars
    name = {"given_name": best["given_name"], "family_name": best["family_name"]}
    involvements = [
        _involvement(record, state)
        for record in _by_source(kept)
        for state in record.involvements.values()
        if may_be_known(state, today)
    ]
    date_of_birth, estimated = believed_birth(
        (record.particulars.get("date_of_birth"), bool(record.particulars.get("date_of_birth_estimated")))
        for record in ranked
    )
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
        "other_names": _other_names(name, ranked),
        "date_of_birth": date_of_birth,
        "date_of_birth_estimated": estimated,
        "gender": _gender(ranked),
        "identifiers": {key: _identifiers(ranked, key) for key in ("nhs_number", "upn")},
        "addresses": _addresses(ranked),
        "carers": _carers(ranked),
        "involvements": sorted(involvements, key=lambda i: (i["ended_on"] is not None, i["started_on"] or "")),
        "flags": [{**flag, "source": record.source} for record in _by_source(kept) for flag in record.flags.values()],
        "records": [_record(record) for record in _by_source(kept)],
        "education": {"status": education.status, "since": education.since},
        "shielded": False,
        "position": position,
        "as_of": as_of,
    }


def _precedence(record: RecordState) -> tuple[bool, str, str]:
    return precedence(record.deregistered is not None, record.time, record.stream)


def _by_source(records: Iterable[RecordState]) -> list[RecordState]:
    return sorted(records, key=lambda record: (record.source, record.subject))


def _gender(ranked: Sequence[RecordState]) -> str:
    """The latest gender that is not `unknown`."""
    known = (r.particulars["gender"] for r in ranked if r.particulars.get("gender") not in (None, "unknown"))
    return next(known, "unknown")


def _identifiers(ranked: Sequence[RecordState], key: str) -> list[str]:
    return list(dict.fromkeys(r.particulars[key] for r in ranked if r.particulars.get(key)))


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


def _addresses(ranked: Sequence[RecordState]) -> list[Fields]:
    """Each agency's address, the one with precedence first."""
    addresses = []
    for record in ranked:
        address = record.particulars.get("address")
        if address:
            addresses.append(
                {
                    "lines": address.get("lines") or [],
                    "postcode": address.get("postcode"),
                    "uprn": address.get("uprn"),
                    "authority": address.get("authority"),
                    "status": address.get("status"),
                    "source": record.source,
                }
            )
    return addresses


def _carers(ranked: Sequence[RecordState]) -> list[Fields]:
    """Each carer once, from the record with precedence."""
    carers: dict[str, Fields] = {}
    for record in ranked:
        for carer in record.particulars.get("carers") or ():
            key = normalise_name(carer.get("name") or "") or f"{record.stream} {len(carers)}"
            carers.setdefault(key, {**carer, "source": record.source})
    return list(carers.values())


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
