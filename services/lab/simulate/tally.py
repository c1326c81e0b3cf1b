"""Counts a population while it is written, in memory that does not grow with it."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from services.lab.simulate.handing_in import HandedIn, Manner, is_handed_in
from services.lab.simulate.model import AS_AT, Person
from services.lab.simulate.school_age import birthday

EARLIER = tuple(date(AS_AT.year - years, AS_AT.month, AS_AT.day) for years in (1, 3, 6))
"""Earlier days on which need is counted, and the population was younger: its eldest are not yet eighteen on AS_AT."""

DAYS = (AS_AT, *EARLIER)


class Tally:
    """The sums from which `realised` makes its figures.

    Of all children: `children`, `in_need_ever`, days of childhood and of need in it, days lived in the county and what
    happened in those. `there` and `in_need` go by day of DAYS; `now` counts facts of the children there on AS_AT.
    Of submissions: `handed_in` and `withheld` by agency code, those that `could_be_late`, `late`, `held_up` behind a
    late one, and `days_late`, the days of both.
    """

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.children = self.in_need_ever = 0
        self.days_of_childhood = self.days_of_need = self.days_lived = 0
        self.into_need = self.out_of_need = self.moves = self.moves_between_authorities = 0
        self.there: Counter[date] = Counter()
        self.in_need: Counter[date] = Counter()
        self.now: Counter[str] = Counter()
        self.handed_in: Counter[str] = Counter()
        self.withheld: Counter[str] = Counter()
        self.could_be_late = self.late = self.held_up = self.days_late = 0

    def child(self, person: Person, facts: Mapping[str, Any]) -> None:
        """Counts one child, of whom `facts` are true on AS_AT as truth.json has them."""
        self.children += 1
        self._whole_childhood(person)
        self._what_happened(person)
        for day in DAYS:
            if _is_there(person, day):
                self.there[day] += 1
                self.in_need[day] += any(need.start <= day < need.end for need in person.needs)
        if _is_there(person, AS_AT):
            self._facts_of_now(facts)

    def submission(self, each: HandedIn) -> bool:
        """Counts one submission; gives whether it is handed in."""
        self.could_be_late += each.sent.on < AS_AT
        self.late += each.late
        self.held_up += not each.late and each.days_late > 0
        self.days_late += each.days_late
        given = is_handed_in(each, self.manner)
        (self.handed_in if given else self.withheld)[each.sent.agency.code] += 1
        return given

    def _whole_childhood(self, person: Person) -> None:
        self.in_need_ever += bool(person.needs)
        self.days_of_childhood += (birthday(person.date_of_birth, 18) - person.date_of_birth).days
        self.days_of_need += sum((need.end - need.start).days for need in person.needs)

    def _what_happened(self, person: Person) -> None:
        """From the child's first day in the county, which is none of moving, to its last in the feeds."""
        came, last = person.came, person.until
        self.days_lived += (last - came).days
        self.into_need += sum(came < need.start <= last for need in person.needs)
        self.out_of_need += sum(came < need.end <= last for need in person.needs)
        for old, new in pairwise(person.family.homes):
            if came < new.since <= last:
                self.moves += 1
                self.moves_between_authorities += old.authority != new.authority

    def _facts_of_now(self, facts: Mapping[str, Any]) -> None:
        self.now[facts["education_status"]] += 1
        self.now["several GPs"] += facts["gp_count"] > 1
        self.now["no GP"] += facts["gp_count"] == 0
        self.now["additional services now"] += facts["additional_services_now"]
        self.now["additional services ever"] += facts["additional_services_ever"]


def _is_there(person: Person, day: date) -> bool:
    """Whether the child has been born, has come, and has neither died nor left by then."""
    return person.came <= day and (person.status == "live" or day < person.until)
