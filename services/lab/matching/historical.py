"""Records of historical persons, many of each: names, dates, places and postcodes are much corrupted.

An imitation of what is written of people who died long ago. Few given names are borne by most; fathers, sons and
brothers have a family name and a home in common, and often the given name too. Somebody ennobled goes by the family's
name or by the title's. Whoever wrote left out, abbreviated, mistyped, or took another place near by. Nobody has a
number or a carer, and one agency holds all of it, so many times over.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from services.lab.matching.corpus import Corpus, ReportedRecord
from services.lab.matching.corrupted import mistyped
from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.names import FAMILIES

AGENCY, WRITTEN = "archive", "2008-10-23T09:00:00Z"
FIRST, LAST = date(1600, 1, 1), date(1930, 12, 31)
MOST_RECORDS = 19
"""Records of one person; there are ten on average."""
MEN = (
    "John", "William", "Thomas", "George", "James", "Charles", "Henry", "Robert", "Edward", "Richard", "Joseph",
    "Samuel", "Arthur", "Frederick", "Alexander", "Francis", "David", "Walter", "Alfred", "Benjamin", "Peter",
    "Daniel", "Edmund", "Philip", "Hugh", "Herbert", "Ernest", "Andrew", "Ralph", "Stephen", "Isaac", "Matthew",
    "Patrick", "Nicholas", "Anthony", "Percy", "Reginald", "Harold", "Sidney", "Gilbert", "Horace", "Roger",
)  # fmt: skip
WOMEN = (
    "Mary", "Elizabeth", "Anne", "Sarah", "Jane", "Margaret", "Catherine", "Alice", "Charlotte", "Frances", "Ellen",
    "Emma", "Florence", "Harriet", "Dorothy", "Edith", "Louisa", "Martha", "Caroline", "Isabella",
)  # fmt: skip
CALLED = {
    "John": ("Jack", "Jno"), "William": ("Will", "Bill", "Wm"), "Thomas": ("Tom", "Thos"), "Robert": ("Bob", "Robt"),
    "Edward": ("Ned", "Ted"), "Richard": ("Dick", "Richd"), "Henry": ("Harry", "Hal"), "James": ("Jim", "Jas"),
    "Charles": ("Charlie", "Chas"), "Elizabeth": ("Betty", "Eliza"), "Mary": ("Polly", "Molly"),
    "Margaret": ("Peggy", "Meg"), "Frederick": ("Fred",), "Alexander": ("Sandy", "Alex"), "Samuel": ("Sam", "Saml"),
    "Joseph": ("Joe", "Josh"),
}  # fmt: skip
TOWNS = tuple(
    f"{first}{last}"
    for first in ("Ash", "Brack", "Cold", "Dun", "Elm", "Fen", "Gris", "Holm", "Kel", "Mars", "Os", "Thorn", "Whin")
    for last in ("bridge", "bury", "combe", "field", "ford", "ham", "ley", "mere", "stead", "ton", "wick")
)
SKEW = 2.5
"""How much likelier the first of a list are than its last."""
UNTITLED, KIN, NAMED_ALIKE = 0.88, 0.08, 0.3
NO_DAY, NO_PLACE, NO_POSTCODE, NO_GENDER = 0.04, 0.12, 0.2, 0.05
OTHER_GIVEN, OTHER_FAMILY, OTHER_DAY, OTHER_PLACE, OTHER_POSTCODE = 0.25, 0.14, 0.22, 0.08, 0.18
"""How likely a record has it otherwise."""


class _Person(NamedTuple):
    given: tuple[str, ...]
    family: str
    title: str
    born: date
    gender: str
    town: str
    postcode: str


def historical(persons: int, seed: int) -> Corpus:
    """The records of so many persons, ten of each on average, in order of arrival; the same for the same seed."""
    dice = Dice(f"historical {seed}")
    reported: list[ReportedRecord] = []
    hard: list[tuple[str, str]] = []
    before: _Person | None = None
    for number in range(persons):
        kin = before if before and dice.chance(KIN) else None
        person = before = _person(dice, kin)
        if kin:
            hard.append((str(number - 1), str(number)))
        for nth in range(dice.number(1, MOST_RECORDS)):
            stated = _stated(dice, person)
            reported.append(ReportedRecord(f"{number} {nth}", str(number), WRITTEN, stated, AGENCY))
    order = sorted(range(len(reported)), key=[dice.throw() for _ in reported].__getitem__)
    return Corpus(f"{persons:,} historical persons, much corrupted", [reported[at] for at in order], hard)


def _person(dice: Dice, kin: _Person | None) -> _Person:
    """Somebody; one of kin has the family's name, title and home, and perhaps the given name."""
    gender = "female" if dice.chance(0.15) else "male"
    names = WOMEN if gender == "female" else MEN
    given = [_first_rather(dice, names) for _ in range(dice.weighted(Weighted((55, 1), (35, 2), (10, 3))))]
    born = FIRST + timedelta(days=int((LAST - FIRST).days * dice.throw() ** 0.5))
    if kin:
        if kin.gender == gender and dice.chance(NAMED_ALIKE):
            given[0] = kin.given[0]
        born = kin.born + timedelta(days=dice.number(-40, 40) * 365 + dice.number(0, 364))
        return kin._replace(given=tuple(given), gender=gender, born=born)
    town = _first_rather(dice, TOWNS)
    return _Person(
        given=tuple(given),
        family=_first_rather(dice, FAMILIES),
        title="" if dice.chance(UNTITLED) else dice.pick(TOWNS),
        born=born,
        gender=gender,
        town=town,
        postcode=f"Z{'XY'[TOWNS.index(town) % 2]}{TOWNS.index(town) // 2 + 1} {_inward(dice)}",
    )


def _stated(dice: Dice, person: _Person) -> Mapping[str, object]:
    """What is written of somebody, field by field, with a mistake in some."""
    given, family = _given(dice, person), person.title if person.title and dice.chance(0.5) else person.family
    if dice.chance(OTHER_FAMILY):
        family = dice.pick((mistyped(dice, family), mistyped(dice, family), family[:4], person.given[-1], ""))
    if dice.chance(0.01):
        given, family = family, given
    born: str | None = person.born.isoformat()
    if dice.chance(NO_DAY):
        born = None
    elif dice.chance(OTHER_DAY):
        born = _other_day(dice, person.born)
    town = person.town
    if dice.chance(OTHER_PLACE):
        town = dice.pick((mistyped(dice, town), dice.pick(TOWNS)))
    postcode = person.postcode
    if dice.chance(OTHER_POSTCODE):
        postcode = dice.pick((postcode[:-1] + dice.pick("ABDEFGHJLN"), postcode[:-3] + _inward(dice)))
    return {
        "given_name": given or "Unknown",
        "family_name": family or "Unknown",
        "date_of_birth": born,
        "gender": "unknown" if dice.chance(NO_GENDER) else person.gender,
        "address": {
            "lines": [] if dice.chance(NO_PLACE) else [town],
            "postcode": None if dice.chance(NO_POSTCODE) else postcode,
        },
    }


def _given(dice: Dice, person: _Person) -> str:
    """The given names, or the first of them, or otherwise."""
    whole, first = " ".join(person.given), person.given[0]
    if not dice.chance(OTHER_GIVEN):
        return whole if dice.chance(0.6) else first
    called = CALLED.get(first, (first[:1],))
    other = _first_rather(dice, MEN if person.gender == "male" else WOMEN)
    typed = mistyped(dice, first), mistyped(dice, whole)
    return dice.pick((*called[:1], called[-1], *typed, first[:1], other, ""))


def _other_day(dice: Dice, born: date) -> str:
    """A day with a digit off, of which only the year is known, turned about, or of the same month."""
    within = born.replace(day=dice.number(1, monthrange(born.year, born.month)[1]))
    turned = born.replace(month=born.day, day=born.month) if born.day <= 12 else within
    off = born + timedelta(days=dice.pick((-1, 1, 10, -10, 365, -365, 3652)))
    return dice.pick((off, off, date(born.year, 1, 1), turned, within)).isoformat()


def _inward(dice: Dice) -> str:
    return f"{dice.number(1, 9)}{dice.pick('QXZ')}{dice.pick('ABDEFGHJLN')}"


def _first_rather(dice: Dice, names: Sequence[str]) -> str:
    """One of the names, the first ones likelier."""
    return names[int(dice.throw() ** SKEW * len(names))]
