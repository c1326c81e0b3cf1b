"""Additional services: half of all children need them at some time, about 30 % at any one time."""

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from services.lab.simulate.agencies import (
    ASSESSMENT,
    CAMHS,
    CLINIC,
    COUNCILS,
    HOSPITALS,
    POLICE,
    SOCIAL_CARE,
    VOLUNTARY,
    YOUTH_OFFENDING,
    Agency,
)
from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.model import AS_AT, Family, Involvement, Need, Person, Record
from services.lab.simulate.registry import Registry, involve, raise_flag
from services.lab.simulate.school_age import birthday
from services.lab.simulate.schooling import first_day

NEED_EVER = 0.5
FIRST_NEED = Weighted((0.55, (0.05, 3.0)), (0.45, (3.0, 16.0)))
"""Age in years at which the first need begins: from, to."""

LASTS = Weighted((0.66, None), (0.34, (0.3, 5.0)))
"""Years that a need lasts: None is until the eighteenth birthday."""

PAUSE = (0.5, 4.0)
"""Years between two needs."""

NEED_AGAIN = 0.5
MORE_SERVICES = Weighted((0.75, 0), (0.19, 1), (0.06, 2))
"""Services beside the first that work on the same need."""

OWN_RECORD = 0.9
"""Chance that another part of the same agency opens a record of its own."""

NHS_NUMBER_HELD = 0.6
UPN_HELD = 0.9
LEAD_PROFESSIONAL = 0.2
CONSENT_OF_CHILD_FROM = 12
LOWERED_WITH_THE_END = 0.4
LOWERED_BEFORE = 0.05
DAYS_A_YEAR = 365.25
A_DAY = timedelta(days=1)


class Service(NamedTuple):
    """One additional service: who gives it (one agency, or one in each authority), from what age, with what flags."""

    name: str
    agencies: tuple[Agency, ...]
    role: str
    from_age: int
    flags: tuple[tuple[str, float], ...] = ()
    sensitive: bool = False


_SHARING = (("information-to-share", 0.15), ("action-taken", 0.1))
_CARE = (("child-protection-plan", 0.35), ("domestic-abuse", 0.35), ("looked-after", 0.25))
_ASSESSED = (("common-assessment", 0.85),)

SERVICES = Weighted(
    (80, Service("voluntary", ASSESSMENT, "family support worker", 0, _ASSESSED)),
    (26, Service("voluntary", (VOLUNTARY,), "project worker", 0, _SHARING)),
    (40, Service("housing", COUNCILS, "housing officer", 0)),
    (300, Service("youth-service", COUNCILS, "youth worker", 8)),
    (220, Service("school-nursing", COUNCILS, "school nurse", 4)),
    (34, Service("social-care", SOCIAL_CARE, "social worker", 0, _CARE)),
    (30, Service("hospital", HOSPITALS, "paediatrician", 0, _SHARING)),
    (180, Service("youth-offending", (YOUTH_OFFENDING,), "case worker", 10, _SHARING)),
    (70, Service("police", (POLICE,), "police liaison officer", 6, _SHARING)),
    (100, Service("camhs", (CAMHS,), "child psychologist", 4, sensitive=True)),
    (90, Service("substance-misuse", (CLINIC,), "counsellor", 12, sensitive=True)),
    (70, Service("sexual-health", (CLINIC,), "clinic nurse", 13, sensitive=True)),
)


def needs_of(dice: Dice, born: date) -> list[Need]:
    """The times of a whole childhood in which a child needs additional services, oldest first."""
    needs: list[Need] = []
    if not dice.chance(NEED_EVER):
        return needs
    grown_up = birthday(born, 18)
    start = _years_after(born, dice.between(*dice.weighted(FIRST_NEED)))
    while start < grown_up:
        lasts = dice.weighted(LASTS)
        end = grown_up if lasts is None else min(grown_up, _years_after(start, dice.between(*lasts)))
        needs.append(Need(start, end))
        if end == grown_up or not dice.chance(NEED_AGAIN):
            break
        start = _years_after(end, dice.between(*PAUSE))
    return needs


def meet_additional_services(dice: Dice, registry: Registry, person: Person) -> None:
    """Opens the records of the services that work on a child's needs: one all the time, others for a while."""
    for need in person.needs:
        start = max(need.start, person.came + timedelta(days=30))
        if start > person.until or start >= need.end:
            continue
        times = [(start, need.end)]
        for _ in range(dice.weighted(MORE_SERVICES)):
            later = dice.day(start, need.end - A_DAY)
            times.append((later, dice.day(later + timedelta(days=3), need.end)))
        for begin, end in times:
            if begin <= person.until:
                _work_with(dice, registry, person, _service(dice, person, begin), begin, max(end, begin + A_DAY))


def _years_after(start: date, years: float) -> date:
    return start + timedelta(days=int(years * DAYS_A_YEAR))


def _service(dice: Dice, person: Person, on: date) -> Service:
    age = (on - person.date_of_birth).days / DAYS_A_YEAR
    while True:
        service = dice.weighted(SERVICES)
        if service.from_age <= age:
            return service


def _work_with(dice: Dice, registry: Registry, person: Person, service: Service, begin: date, end: date) -> None:
    """One service works with a child; where the family moves to the other authority, that one's takes over."""
    days = [begin]
    if len(service.agencies) > 1:
        days += _moves_between_authorities(person.family, begin, end)
    for start, stop in zip(days, [*days[1:], end], strict=True):
        if start > person.until:
            return
        authority = person.family.home(start).authority
        agency = service.agencies[authority if len(service.agencies) > 1 else 0]
        record = _record(dice, registry, person, agency, start)
        consent = _consent_by(dice, person, start) if service.sensitive else None
        lead = dice.chance(LEAD_PROFESSIONAL)
        involvement = involve(
            dice, record, service.name, service.role, agency.organisation, start, stop, lead=lead, consent_by=consent
        )
        _raise_flags(dice, record, service, involvement)
        finished = not record.flags and all(i.ended and i.ended <= stop for i in record.involvements)
        if stop != end and agency in COUNCILS and finished:
            record.deregistered = ("moved-away", stop)


def _moves_between_authorities(family: Family, begin: date, end: date) -> list[date]:
    moves = pairwise(family.homes)
    return [new.since for old, new in moves if begin < new.since < end and old.authority != new.authority]


def _record(dice: Dice, registry: Registry, person: Person, agency: Agency, on: date) -> Record:
    """The record of an agency in which a new involvement is written: often one of its own."""
    held = [r for r in person.records if r.agency is agency and r.registered <= on and r.deregistered is None]
    if held and not dice.chance(OWN_RECORD):
        return held[-1]
    nhs_number = agency.kind in ("hospital", "sensitive-service") and dice.chance(NHS_NUMBER_HELD)
    upn = agency.kind == "local-authority" and first_day(person.date_of_birth) <= on and dice.chance(UPN_HELD)
    return registry.open(dice, person, agency, on, nhs_number=nhs_number, upn=upn)


def _consent_by(dice: Dice, person: Person, on: date) -> str:
    old_enough = birthday(person.date_of_birth, CONSENT_OF_CHILD_FROM) <= on
    return "child" if old_enough and dice.chance(0.6) else "carer"


def _raise_flags(dice: Dice, record: Record, service: Service, involvement: Involvement) -> None:
    """Raises the flags that go with an involvement; those of social care are lowered with it at the latest."""
    before = {flag.name for flag in record.flags}
    for name, chance in service.flags:
        if name in before or not dice.chance(chance):
            continue
        lowered = involvement.ended if service.name == "social-care" or dice.chance(LOWERED_WITH_THE_END) else None
        if dice.chance(LOWERED_BEFORE):
            lowered = min(involvement.ended or AS_AT, dice.days_after(involvement.started, 60, 1200))
        raise_flag(dice, record, name, involvement.started, lowered)
