"""Simulated looks: an office whose people work by day with the children they work with, and what is put beside them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from domain.monitoring import Access, Facts
from domain.monitoring.accesses import Span

SCHOOL, SURGERY = "moss-lane", "Y99999"
MONDAY = datetime(2026, 11, 2)


def at(day: int, hour: int, minute: int = 0) -> str:
    """A moment so many days after a Monday in November, when the clock in England shows UTC."""
    return f"{(MONDAY + timedelta(days=day, hours=hour, minutes=minute)).isoformat()}.000000Z"


class Office:
    """Collects looks, each at the next position."""

    def __init__(self) -> None:
        self.looks: list[Access] = []
        self.involvements: dict[tuple[str, str], list[Span]] = {}

    def look(
        self,
        user: str,
        *children: str,
        when: str = "",
        action: str = "show",
        organisation: str | None = SCHOOL,
        role: str = "practitioner",
    ) -> None:
        position = len(self.looks) + 1
        self.looks.append(Access(position, when or at(0, 10), user, role, organisation, action, children))

    def works_with(self, organisation: str, child: str, begin: str = "2020-01-01", end: str | None = None) -> None:
        self.involvements.setdefault((organisation, child), []).append((begin, end))

    def facts(
        self,
        namesakes: Iterable[tuple[str, str]] = (),
        addresses: dict[str, str] | None = None,
        confidential: Iterable[str] = (),
    ) -> Facts:
        return Facts(frozenset(namesakes), addresses or {}, self.involvements, frozenset(confidential))


def ordinary_weeks(seed: int, users: int = 10, days: int = 14) -> Office:
    """People who look up, on working days between 8 and 18 o'clock, children whom their school works with."""
    chance, office = Random(seed), Office()
    for user in range(users):
        own = [f"child-{user}-{n}" for n in range(12)]
        for child in own:
            office.works_with(SCHOOL, child)
        for day in range(days):
            for _ in range(chance.randint(1, 4) if day % 7 < 5 else 0):
                when = at(day, chance.randint(8, 17), chance.randint(0, 59))
                office.look(f"user-{user}", chance.choice(own), when=when)
    return office
