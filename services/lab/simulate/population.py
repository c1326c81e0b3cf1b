"""The children of the fictional county, one after the other, each with all that agencies hold of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, islice
from typing import NamedTuple

from services.lab.simulate.additional import meet_additional_services, needs_of
from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.ends import keep_what_happened, tell_the_end
from services.lab.simulate.families import make_family, make_stranger
from services.lab.simulate.identifiers import nhs_number, unique_pupil_number
from services.lab.simulate.model import AS_AT, FIRST_BIRTH, LAST_BIRTH, Family, Person
from services.lab.simulate.names import BOYS, GIRLS
from services.lab.simulate.registry import Registry
from services.lab.simulate.school_age import first_school_year
from services.lab.simulate.schooling import COURSES, go_to_school, is_known_to_schools
from services.lab.simulate.universal import meet_universal_services

SIBLINGS = Weighted((0.45, 1), (0.36, 2), (0.14, 3), (0.05, 4))
"""Children of a family, of whom those under eighteen are in the population."""

TWINS = 0.018
"""Chance that a birth is one of twins."""

LOOK_ALIKES = 0.008
"""Share of families with a child whose name and birthday a stranger has too."""

MIDDLE_NAME = 0.42
ENDS = Weighted((0.997, "live"), (0.001, "died"), (0.002, "left-england"))


class _Birth(NamedTuple):
    """A child before anybody wrote anything down; it may be mistaken for the child before it."""

    dice: Dice
    family: Family
    born: date
    gender: str
    given_name: str
    look_alike: bool


def people(children: int, seed: int, noise: int = 1) -> Iterator[Person]:
    """The first `children` people of the population that belongs to a seed, made one by one.

    Siblings follow each other. A smaller population is the beginning of a larger one of the same seed. More noise puts
    more mistakes into what is written of the same people.
    """
    registry = Registry(seed, noise)
    for number, birth in enumerate(islice(_births(seed), children), start=1):
        yield _life(registry, birth, number, seed)


def _births(seed: int) -> Iterator[_Birth]:
    """All births of the county, family by family, without end."""
    for nth in count():
        dice = Dice(f"{seed}/{nth}")
        family = make_family(dice)
        child = None
        for child in _siblings(dice, family):
            yield child
        if child is not None and dice.chance(LOOK_ALIKES):
            yield child._replace(family=make_stranger(dice, family), look_alike=True)


def _siblings(dice: Dice, family: Family) -> list[_Birth]:
    names: set[str] = set()

    def birth(born: date, look_alike: bool) -> _Birth:
        gender = "female" if dice.chance(0.49) else "male"
        given_name = dice.pick(GIRLS if gender == "female" else BOYS)
        while given_name in names:
            given_name = dice.pick(GIRLS if gender == "female" else BOYS)
        names.add(given_name)
        return _Birth(dice, family, born, gender, given_name, look_alike)

    births = []
    for born in _birthdays(dice):
        births.append(birth(born, look_alike=False))
        if dice.chance(TWINS):
            births.append(birth(born, look_alike=True))
    return births


def _birthdays(dice: Dice) -> list[date]:
    """The birthdays of a family's children, those of them that are in the population."""
    born = dice.day(FIRST_BIRTH, LAST_BIRTH)
    days = [born]
    later = earlier = born
    for _ in range(dice.weighted(SIBLINGS) - 1):
        gap = timedelta(days=dice.number(400, 1600))
        if dice.chance(0.5):
            later += gap
            days.append(later)
        else:
            earlier -= gap
            days.append(earlier)
    return sorted(day for day in days if FIRST_BIRTH <= day <= LAST_BIRTH)


def _life(registry: Registry, birth: _Birth, number: int, seed: int) -> Person:
    dice, born = birth.dice, birth.born
    course, status = dice.weighted(COURSES), dice.weighted(ENDS)
    upn = None
    if is_known_to_schools(course, born):
        upn = unique_pupil_number(number, seed, birth.family.homes[0].authority, first_school_year(born))
    person = Person(
        number=number,
        given_name=birth.given_name,
        middle_name=dice.pick(GIRLS if birth.gender == "female" else BOYS) if dice.chance(MIDDLE_NAME) else None,
        date_of_birth=born,
        gender=birth.gender,
        family=birth.family,
        nhs_number=nhs_number(number, seed),
        upn=upn,
        needs=needs_of(dice, born),
        status=status,
        until=AS_AT,
        look_alike=number - 1 if birth.look_alike else None,
    )
    if status != "live":
        person.until = dice.day(person.came + timedelta(days=30), AS_AT)
    meet_universal_services(dice, registry, person)
    go_to_school(dice, registry, person, course)
    meet_additional_services(dice, registry, person)
    tell_the_end(dice, registry, person)
    keep_what_happened(person)
    return person
