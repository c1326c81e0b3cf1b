"""Children of one city as three agencies know them, five times as wrong as is usual.

An imitation of simulated populations. Names are borne as unequally as people's are; brothers and sisters, some of them
twins, share a family name and a home; some families moved between what two agencies wrote. Each field of a record may
be left out, mistyped, misread, misheard, be another's of the household, or say what somebody is instead of who. Nobody
has a number or a carer.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

from services.lab.matching.corpus import Corpus, ReportedRecord
from services.lab.matching.corrupted import AGENCIES, miswritten
from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.names import BOYS, FAMILIES, GIRLS, NICKNAMES
from services.lab.simulate.places import STREETS

WRITTEN = "2020-04-01T09:00:00Z"
FIRST, LAST = date(2002, 4, 2), date(2020, 3, 31)
CITY, DISTRICTS = "Brackmoor", 30
OFTEN = 0.05
"""How likely each kind of mistake is in each field: five times one of a hundred."""
UNKNOWN, TWINS, MOVED = 0.1, 0.1, 0.08
CHILDREN = Weighted((45, 1), (35, 2), (15, 3), (5, 4))
SKEW = 2.0
"""How much likelier the first of a list are than its last."""
NO_GIVEN_NAMES = ("Child", "Grandson", "Granddaughter", "Son", "Daughter", "Girl", "Boy", "Baby", "Niece", "Nephew")
NO_FAMILY_NAMES = ("Unknown", "Not Stated", "Anonymous", "Occupant", "Tenant")


class _Home(NamedTuple):
    number: str
    street: str
    postcode: str


class _Child(NamedTuple):
    given: str
    family: str
    born: date
    gender: str
    homes: tuple[_Home, _Home]
    """Before the family moved and since; most often one."""


def city(children: int, seed: int) -> Corpus:
    """The records of about so many children, in order of arrival; the same for the same seed."""
    dice = Dice(f"city {seed}")
    reported: list[ReportedRecord] = []
    hard: list[tuple[str, str]] = []
    count = 0
    while count < children:
        household = _household(dice)
        names = [str(count + nth) for nth in range(len(household))]
        count += len(household)
        hard += combinations(names, 2)
        for name, child in zip(names, household, strict=True):
            for agency in AGENCIES:
                if not dice.chance(UNKNOWN):
                    stated = _stated(dice, child, dice.pick(household))
                    reported.append(ReportedRecord(f"{agency} {name}", name, WRITTEN, stated, agency))
    order = sorted(range(len(reported)), key=[dice.throw() for _ in reported].__getitem__)
    return Corpus(f"{count:,} children of one city, noise 5", [reported[at] for at in order], hard)


def _household(dice: Dice) -> list[_Child]:
    family, home = _rather_first(dice, FAMILIES), _home(dice)
    homes = (home, _home(dice) if dice.chance(MOVED) else home)
    children: list[_Child] = []
    for _ in range(dice.weighted(CHILDREN)):
        gender = dice.pick(("female", "male"))
        born = children[-1].born if children and dice.chance(TWINS) else dice.day(FIRST, LAST)
        given = _rather_first(dice, GIRLS if gender == "female" else BOYS)
        if given not in [each.given for each in children]:
            children.append(_Child(given, family, born, gender, homes))
    return children


def _stated(dice: Dice, child: _Child, other: _Child) -> Mapping[str, object]:
    """What an agency writes of a child, field by field; `other` is of the household."""
    given, family, day = child.given, child.family, child.born
    number, street, postcode = dice.pick(child.homes)
    if dice.chance(OFTEN):
        given = dice.pick((*NICKNAMES.get(given, ()), given))
    if dice.chance(OFTEN):
        given = dice.pick((other.given, dice.pick(NO_GIVEN_NAMES)))
    if dice.chance(OFTEN):
        family = dice.pick(NO_FAMILY_NAMES)
    if dice.chance(OFTEN):
        day = other.born
    if dice.chance(OFTEN) and day.day <= 12:
        day = day.replace(month=day.day, day=day.month)
    if dice.chance(OFTEN):
        day += timedelta(days=dice.pick((-1, 1, -10, 10, -365, 365, -3652)))
    born = None if dice.chance(OFTEN) else day.isoformat()
    line = f"{_number(dice, number)} {_text(dice, street)}".strip()
    gender = dice.pick(("unknown", "female", "male")) if dice.chance(2 * OFTEN) else child.gender
    if dice.chance(2 * OFTEN):
        postcode = dice.pick(
            ("", f"{postcode.split()[0]} {dice.number(1, 9)}{postcode[-2:]}", miswritten(dice, postcode))
        )
    return {
        "given_name": _text(dice, given) or "Unknown",
        "family_name": _text(dice, family) or "Unknown",
        "date_of_birth": born,
        "gender": gender,
        "address": {"lines": [*([line] if line else []), CITY], "postcode": postcode or None},
    }


def _text(dice: Dice, text: str) -> str:
    """A text mistyped, misread or misheard, or nothing of it."""
    if dice.chance(OFTEN):
        return ""
    return miswritten(dice, text) if dice.chance(3 * OFTEN) else text


def _number(dice: Dice, number: str) -> str:
    if dice.chance(OFTEN):
        return ""
    return str(dice.number(1, 9)) + number[1:] if dice.chance(OFTEN) else number


def _home(dice: Dice) -> _Home:
    district = dice.number(1, DISTRICTS)
    postcode = f"ZX{district} {dice.number(1, 9)}{dice.pick('QXZ')}{dice.pick('ABDEFGHJLN')}"
    return _Home(str(dice.number(1, 400)), dice.pick(STREETS), postcode)


def _rather_first(dice: Dice, names: Sequence[str]) -> str:
    """One of the names, the first ones likelier."""
    return names[int(dice.throw() ** SKEW * len(names))]
