"""The services that every child meets: birth registration, child benefit, a GP, health visitors."""

from datetime import date, timedelta
from itertools import pairwise

from services.lab.simulate.agencies import BENEFIT, BIRTHS, GP, HEALTH_VISITING
from services.lab.simulate.dice import Dice
from services.lab.simulate.model import AS_AT, Person, Record
from services.lab.simulate.places import SURGERIES, surgery
from services.lab.simulate.registry import Registry, involve, written

CHILD_BENEFIT = 0.94
HEALTH_VISITOR = 0.985
NO_GP = 0.015
SECOND_GP = 0.013
NHS_NUMBER_HELD = 0.6
"""Share of the records of health services other than GPs, and of births, that hold the NHS number."""

NEW_GP_AFTER_MOVE = 0.4
NEW_GP_ANYWAY = 0.05
GP_HEARS_OF_MOVE = 0.25
HEALTH_VISITING_SINCE = AS_AT - timedelta(days=5 * 365)
"""The health visitors' system holds the children born since; none of them is old enough to have left it."""


def meet_universal_services(dice: Dice, registry: Registry, person: Person) -> None:
    """Opens the records that nearly every child has."""
    born_here = person.came == person.date_of_birth
    if born_here:
        on = dice.days_after(person.date_of_birth, 2, 42)
        registry.open(dice, person, BIRTHS, on, nhs_number=dice.chance(NHS_NUMBER_HELD))
    if dice.chance(CHILD_BENEFIT) or not born_here:
        registry.open(dice, person, BENEFIT, dice.days_after(person.came, 14, 100))
    if not dice.chance(NO_GP):
        _register_with_gp(dice, registry, person)
    if person.date_of_birth >= HEALTH_VISITING_SINCE and dice.chance(HEALTH_VISITOR):
        on = dice.days_after(person.came, 10, 40)
        record = registry.open(dice, person, HEALTH_VISITING, on, nhs_number=dice.chance(NHS_NUMBER_HELD))
        involve(dice, record, "health-visiting", "health visitor", HEALTH_VISITING.organisation, on, None)


def _register_with_gp(dice: Dice, registry: Registry, person: Person) -> None:
    start = dice.days_after(person.came, 7, 40)
    record = registry.open(dice, person, GP, start, nhs_number=True)
    changes = _gp_changes(dice, person, start)
    for begin, end in zip([start, *changes], [*changes, None], strict=True):
        _see_gp(dice, record, begin, end, person.family.home(begin).authority)
    moves = [home.since for home in person.family.homes if home.since > start]
    if moves and dice.chance(GP_HEARS_OF_MOVE):
        particulars = written(dice, person, moves[-1]) | {"nhs_number": person.nhs_number}
        record.amended = (dice.days_after(moves[-1], 1, 60), particulars)
    if dice.chance(SECOND_GP):
        again = dice.day(start + timedelta(days=60), AS_AT)
        second = registry.open(dice, person, GP, again)
        _see_gp(dice, second, again, None, person.family.home(again).authority)


def _gp_changes(dice: Dice, person: Person, start: date) -> list[date]:
    """The days after start on which the child changes to another GP."""
    changes = []
    for before, home in pairwise(person.family.homes):
        if home.since > start and (before.authority != home.authority or dice.chance(NEW_GP_AFTER_MOVE)):
            changes.append(home.since)
    if dice.chance(NEW_GP_ANYWAY):
        changes.append(dice.day(start + timedelta(days=30), AS_AT))
    return sorted(set(changes))


def _see_gp(dice: Dice, record: Record, begin: date, end: date | None, authority: int) -> None:
    nth = dice.number(0, len(SURGERIES[authority]) - 1)
    involve(dice, record, "gp", "general practitioner", surgery(authority, nth), begin, end)
