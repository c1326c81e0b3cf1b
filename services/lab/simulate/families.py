"""Households: who lives in them, where, and whom they are mistaken for."""

from datetime import date, timedelta
from typing import Any

from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.identifiers import phone, postcode
from services.lab.simulate.model import AS_AT, FIRST_BIRTH, Family, Home
from services.lab.simulate.names import BOYS, FAMILIES, GIRLS
from services.lab.simulate.places import AUTHORITIES, STREETS

ARRIVED_LATER = 0.12
"""Share of families that came to the county from elsewhere during these eighteen years."""

MOVES = Weighted((0.6, 0), (0.29, 1), (0.09, 2), (0.02, 3))
"""How often a family moves house in these eighteen years."""

TO_THE_OTHER_AUTHORITY = 0.2
TWO_CARERS = 0.64
OWN_FAMILY_NAME = 0.12
DOUBLE_NAME = 0.03
RELATIONSHIPS = Weighted((0.9, "parent"), (0.05, "grandparent"), (0.03, "foster carer"), (0.02, "aunt"))


def make_family(dice: Dice) -> Family:
    """A household with its carers and homes."""
    name = dice.pick(FAMILIES)
    if dice.chance(DOUBLE_NAME):
        name = f"{name}-{dice.pick(FAMILIES)}"
    arrived = FIRST_BIRTH
    if dice.chance(ARRIVED_LATER):
        arrived = dice.day(FIRST_BIRTH, AS_AT - timedelta(days=120))
    return Family(name, _carers(dice, name), _homes(dice), _home(dice, FIRST_BIRTH, dice.number(0, 1)), arrived)


def make_stranger(dice: Dice, other: Family) -> Family:
    """Another household of the same name that shares no address, carer or telephone number with the first."""
    while True:
        family = make_family(dice)
        family.name = other.name
        family.carers = _carers(dice, other.name)
        if not (_marks(family) & _marks(other)):
            family.arrived = FIRST_BIRTH
            return family


def _marks(family: Family) -> set[str]:
    """All by which two households could be taken for one."""
    homes = [home.address for home in (*family.homes, family.former_home)]
    return {
        *(carer["name"] for carer in family.carers),
        *(carer["phone"] for carer in family.carers),
        *(home["postcode"] for home in homes),
        *(home["lines"][0] for home in homes),
    }


def _carers(dice: Dice, family_name: str) -> list[dict[str, Any]]:
    relationship, number = dice.weighted(RELATIONSHIPS), phone(dice)
    carers = []
    for nth in range(2 if dice.chance(TWO_CARERS) else 1):
        last = dice.pick(FAMILIES) if nth == 1 and dice.chance(OWN_FAMILY_NAME) else family_name
        carers.append(
            {
                "name": f"{dice.pick(GIRLS if nth == 0 else BOYS)} {last}",
                "relationship": relationship,
                "parental_responsibility": relationship == "parent",
                "phone": number,
            }
        )
    return carers


def _homes(dice: Dice) -> list[Home]:
    authority = dice.number(0, 1)
    homes = [_home(dice, FIRST_BIRTH, authority)]
    days = sorted(
        dice.day(FIRST_BIRTH + timedelta(days=90), AS_AT - timedelta(days=30)) for _ in range(dice.weighted(MOVES))
    )
    for day in dict.fromkeys(days):
        if dice.chance(TO_THE_OTHER_AUTHORITY):
            authority = 1 - authority
        homes.append(_home(dice, day, authority))
    return homes


def _home(dice: Dice, since: date, authority: int) -> Home:
    where = AUTHORITIES[authority]
    address = {
        "lines": [f"{dice.number(1, 160)} {dice.pick(STREETS)}", dice.pick(where.places)],
        "postcode": postcode(dice),
        "authority": where.code,
        "status": "current",
    }
    return Home(since, authority, address)
