"""The document for somebody who requests the data held about a child, and what is left out of it.

Only the child itself gets its whereabouts. Any other applicant's document has nothing from which they could be found,
shielded or not: no addresses, organisations, days of submissions, or flags, and of services and agencies only those
that every child has. So no such document reveals whether a child is shielded, whether anybody protects it, or whether a
confidential service works with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.child.composition import RecordState, may_be_known
from domain.days import day_of
from domain.matching.normalise import normalise_name
from domain.subject_access.omissions import left_out
from domain.subject_access.requests import Applicant
from domain.subject_access.retention import clock
from domain.vocabulary import UNIVERSAL_SERVICES, AgencyKind

Fields = dict[str, Any]

OF_CARERS = ("relationship", "parental_responsibility")
OF_PRACTITIONERS = ("name", "role")
UNIVERSAL_KINDS = frozenset(
    {
        AgencyKind.BIRTH_REGISTRATION,
        AgencyKind.CHILD_BENEFIT,
        AgencyKind.GP_REGISTRATION,
        AgencyKind.HEALTH_VISITING,
        AgencyKind.SCHOOL_CENSUS,
    }
)
"""Agencies that know every child, so that one of them knowing this child reveals nothing to a carer."""


@dataclass(frozen=True)
class HeldData:
    """The data that the directory holds about a child.

    `entry` and `records` have nothing of confidential services; `confidential` are their records with a consent in
    force. `kinds` are the kinds of agency that hold a record, `shown` the looks as `{when, action, role, organisation,
    reason_code}`, `decisions` as `{when, decision, by}`, `history` as `{when, learnt, event, source, holds}`.
    """

    entry: Mapping[str, Any]
    records: Sequence[RecordState]
    confidential: Sequence[RecordState]
    kinds: Sequence[str]
    history: Sequence[Mapping[str, Any]]
    shown: Sequence[Mapping[str, Any]]
    decisions: Sequence[Mapping[str, Any]]


def is_carer(held: HeldData, name: str) -> bool:
    """Whether a record names a carer of this name; one that is set aside makes nobody the child's carer."""
    believed = (record for record in held.records if not record.aside)
    return any(_is_named(carer, name) for record in believed for carer in record.particulars.get("carers") or ())


def disclosed(held: HeldData, applicant: Applicant, name: str | None, today: date) -> Fields:
    """The document for an applicant; `name` is that of an applicant who is a carer."""
    made = _for_child(held, today) if applicant is Applicant.CHILD else _for_another(held, name)
    entry = held.entry
    return {
        "child": entry["child"],
        "for": applicant.value,
        **made,
        "retention": clock(entry["date_of_birth"], bool(entry.get("date_of_birth_estimated"))),
        "left_out": [{"what": what, "why": why} for what, why in left_out(applicant, shielded=bool(entry["shielded"]))],
    }


def _for_child(held: HeldData, today: date) -> Fields:
    entry = held.entry
    named = ("name", "other_names", "date_of_birth", "gender", "identifiers")
    return {
        "about": {key: entry[key] for key in named},
        "addresses": entry["addresses"],
        "records": [_record(record, today) for record in (*held.records, *held.confidential)],
        "history": [{**each, "holds": without_others(each["holds"])} for each in held.history],
        "shown": list(held.shown),
        "decisions": list(held.decisions),
    }


def _for_another(held: HeldData, name: str | None) -> Fields:
    entry = held.entry
    about = {key: entry[key] for key in ("name", "other_names", "date_of_birth", "gender")}
    services = {
        state.details["service"]
        for record in held.records
        if not record.aside
        for state in record.involvements.values()
    }
    return {
        "about": about | {"identifiers": {"nhs_number": entry["identifiers"]["nhs_number"]}},
        "carers": [_carer(carer, name) for carer in entry["carers"]],
        "held_by": sorted(UNIVERSAL_KINDS.intersection(held.kinds)),
        "services": sorted(UNIVERSAL_SERVICES & services),
        "shown": [{"when": day_of(each["when"]), "role": each["role"]} for each in held.shown],
    }


def _record(record: RecordState, today: date) -> Fields:
    """One agency's record, for the child itself; without content if set aside, for it may be about another child."""
    if record.aside:
        return {"source": record.source, "number": record.subject, "since": record.time, "set_aside": True}
    return {
        "source": record.source,
        "number": record.subject,
        "since": record.time,
        "set_aside": False,
        "holds": without_others(record.particulars),
        "involvements": [
            without_others(state.details) | {"ended_on": state.ended_on}
            for state in record.involvements.values()
            if may_be_known(state, today)
        ],
        "flags": [without_others(flag) for flag in record.flags.values()],
    }


def without_others(held: Mapping[str, Any]) -> Fields:
    """Held fields without other people's data, at any depth: practitioners' contact details, and carers' names."""
    kept: Fields = {key: without_others(value) if isinstance(value, Mapping) else value for key, value in held.items()}
    if "carers" in kept:
        kept["carers"] = [_only(carer, OF_CARERS) for carer in kept["carers"] or ()]
    for person in ("practitioner", "contact"):
        if person in kept:
            kept[person] = _only(kept[person] or {}, OF_PRACTITIONERS)
    return kept


def _carer(carer: Mapping[str, Any], name: str | None) -> Fields:
    """The applicant's own line without its source; of another carer only OF_CARERS."""
    if name is not None and _is_named(carer, name):
        return {key: value for key, value in carer.items() if key != "source"}
    return _only(carer, OF_CARERS)


def _is_named(carer: Mapping[str, Any], name: str) -> bool:
    wanted = normalise_name(name)
    return bool(wanted) and normalise_name(carer.get("name") or "") == wanted


def _only(person: Mapping[str, Any], names: Sequence[str]) -> Fields:
    return {name: person.get(name) for name in names if person.get(name) is not None}
