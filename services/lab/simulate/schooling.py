"""Where a child is educated: school from the year in which it turns five, at home, or nowhere that anybody knows of."""

from datetime import date, timedelta
from typing import NamedTuple

from services.lab.simulate.agencies import CENSUS, COUNCILS
from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.model import AS_AT, Person
from services.lab.simulate.places import SCHOOLS, school
from services.lab.simulate.registry import Registry, involve, raise_flag
from services.lab.simulate.school_age import (
    birthday,
    first_school_year,
    is_of_statutory_age,
    statutory_from,
    statutory_until,
)

COURSES = Weighted((0.945, "school"), (0.013, "at home"), (0.009, "left school"), (0.009, "nowhere"), (0.024, "break"))
"""What becomes of a child's education. A break is half a year or so between two schools."""

UPN_IN_CENSUS = 0.9
LATE_START = 0.2
LEAVES_AT_SIXTEEN = 0.35
CHANGES_SCHOOL = 0.04
ENQUIRY = 0.5
"""Share of the children missing education for whom the council has raised a flag."""


class Place(NamedTuple):
    """A time at one school, up to but not including `end`."""

    secondary: bool
    authority: int
    start: date
    end: date | None


def is_known_to_schools(course: str, born: date) -> bool:
    """Whether a school has ever had the child, so that it has a unique pupil number."""
    return course not in ("nowhere", "at home") and first_day(born) <= AS_AT


def first_day(born: date) -> date:
    """The first day of the school year in which a child turns five."""
    return date(first_school_year(born), 9, 3)


def go_to_school(dice: Dice, registry: Registry, person: Person, course: str) -> None:
    """Opens the records of a child's education."""
    if first_day(person.date_of_birth) > person.until:
        return
    if course == "at home":
        _learn_at_home(dice, registry, person)
        return
    places = [] if course == "nowhere" else _interrupted(dice, person, course, _places(dice, person))
    places = [place for place in places if place.start <= person.until]
    if places:
        record = registry.open(dice, person, CENSUS, places[0].start, upn=dice.chance(UPN_IN_CENSUS))
        for place in places:
            role = "head of year" if place.secondary else "class teacher"
            where = school(place.authority, dice.number(0, len(SCHOOLS[place.authority]) - 1), place.secondary)
            involve(dice, record, "education", role, where, place.start, place.end)
    _enquire(dice, registry, person, places)


def _places(dice: Dice, person: Person) -> list[Place]:
    """The schools of a child whose education goes as usual, from the first to the last, without a gap."""
    born = person.date_of_birth
    start = first_day(born)
    if dice.chance(LATE_START):
        start = max(start, _term_start(statutory_from(born)))
    start = max(start, person.came + timedelta(days=14))
    secondary = date(first_school_year(born) + 7, 9, 3)
    end = statutory_until(born) if dice.chance(LEAVES_AT_SIXTEEN) else None
    if start >= (end or AS_AT):
        return []
    changes = {start, secondary} | {home.since for home in person.family.homes if _is_far(person, home.since)}
    if dice.chance(CHANGES_SCHOOL):
        changes.add(dice.day(start, AS_AT))
    days = sorted(day for day in changes if start <= day < (end or AS_AT))
    return [
        Place(day >= secondary, person.family.home(day).authority, day, until)
        for day, until in zip(days, [*days[1:], end], strict=True)
    ]


def _is_far(person: Person, day: date) -> bool:
    """Whether a move on that day led to the other authority."""
    return person.family.home(day).authority != person.family.home(day - timedelta(days=1)).authority


def _term_start(day: date) -> date:
    """The first day of term on or after a day."""
    terms = (date(day.year, 1, 6), date(day.year, 4, 15), date(day.year, 9, 3), date(day.year + 1, 1, 6))
    return next(term for term in terms if term >= day)


def _interrupted(dice: Dice, person: Person, course: str, places: list[Place]) -> list[Place]:
    """The places of a child who leaves school for good, or comes back after a break."""
    if course == "school" or not places:
        return places
    last = min(AS_AT, statutory_until(person.date_of_birth))
    earliest = max(places[0].start, last - timedelta(days=900)) if course == "left school" else places[0].start
    left = dice.day(earliest + timedelta(days=20), last - timedelta(days=10))
    if left <= places[0].start:
        return places
    kept = [place for place in places if place.start < left]
    kept[-1] = kept[-1]._replace(end=left)
    back = dice.days_after(left, 60, 300)
    if course == "break" and back < last:
        after = [place._replace(start=max(back, place.start)) for place in places if (place.end or AS_AT) > back]
        kept += after
    return kept


def _learn_at_home(dice: Dice, registry: Registry, person: Person) -> None:
    start = max(dice.days_after(statutory_from(person.date_of_birth), 1, 60), person.came + timedelta(days=20))
    if start > person.until:
        return
    council = COUNCILS[person.family.home(start).authority]
    record = registry.open(dice, person, council, start)
    organisation = {"name": f"{council.name} elective home education", "code": "EHE"}
    end = birthday(person.date_of_birth, 16)
    involve(dice, record, "home-education", "home education adviser", organisation, start, end if end > start else None)


def _enquire(dice: Dice, registry: Registry, person: Person, places: list[Place]) -> None:
    """The council asks after a child of school age who has been at no school for a while."""
    missing = not places or (places[-1].end is not None and places[-1].end < AS_AT)
    of_age = person.status == "live" and is_of_statutory_age(person.date_of_birth, AS_AT)
    if not (missing and of_age and dice.chance(ENQUIRY)):
        return
    since = places[-1].end if places and places[-1].end else max(statutory_from(person.date_of_birth), person.came)
    on = dice.days_after(since, 20, 120)
    if on <= person.until:
        record = registry.open(dice, person, COUNCILS[person.family.home(on).authority], on)
        raise_flag(dice, record, "missing-education-enquiry", on, None)
