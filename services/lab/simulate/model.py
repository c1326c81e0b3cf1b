"""What a fictional person's life is made of: a family, what agencies wrote down, and the facts behind it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from services.lab.simulate.agencies import Agency

AS_AT = date(2008, 11, 14)
"""The day on which the feeds end and for which the truth is written."""

FIRST_BIRTH = date(1990, 11, 15)
"""The eldest child is not yet eighteen on the day `AS_AT`."""

LAST_BIRTH = AS_AT - timedelta(days=45)
"""The youngest is old enough to be registered."""


class Home(NamedTuple):
    """Where a family lives from the day `since` on: an authority (0 or 1) and the address that agencies send."""

    since: date
    authority: int
    address: dict[str, Any]


@dataclass(slots=True)
class Family:
    """A household: its carers (as agencies send them), its homes in order, a home before those, the day it came."""

    name: str
    carers: list[dict[str, Any]]
    homes: list[Home]
    former_home: Home
    arrived: date

    def home(self, on: date) -> Home:
        """Where the family lives on a day."""
        return next((home for home in reversed(self.homes) if home.since <= on), self.homes[0])


class Need(NamedTuple):
    """A time of childhood in which additional services are needed: from `start` up to, not including, `end`."""

    start: date
    end: date


class Involvement(NamedTuple):
    """One agency's work with a child; `data` is what it sends when it starts."""

    reference: str
    service: str
    started: date
    ended: date | None
    data: dict[str, Any]


class Flag(NamedTuple):
    """A flag that an agency raised, and the day on which it lowered it."""

    name: str
    raised: date
    lowered: date | None
    contact: dict[str, str]


@dataclass(slots=True)
class Record:
    """What one agency holds of a child under one of its own numbers, `subject`.

    `particulars` are the data of child.registered, `amended` those of child.amended with their day; `error` names the
    one small error in the particulars; `deregistered` is a reason and a day, after which the agency sends no more.
    """

    agency: Agency
    subject: str
    registered: date
    particulars: dict[str, Any]
    error: str | None
    involvements: list[Involvement] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    amended: tuple[date, dict[str, Any]] | None = None
    deregistered: tuple[str, date] | None = None


@dataclass(slots=True)
class Person:
    """A fictional child and all that agencies hold of it up to `AS_AT`.

    `number` counts from 1 over the population. `needs` cover the whole childhood, also what lies after `AS_AT`.
    `status` is live, died or left-england; `until` is the day of that, or `AS_AT`. `look_alike` is the number of an
    earlier twin, or of an earlier stranger with the same name and birthday.
    """

    number: int
    given_name: str
    middle_name: str | None
    date_of_birth: date
    gender: str
    family: Family
    nhs_number: str
    upn: str | None
    needs: list[Need]
    status: str
    until: date
    look_alike: int | None
    records: list[Record] = field(default_factory=list)

    @property
    def came(self) -> date:
        """The first day of the child in the county: its birth, or the day on which its family came."""
        return max(self.date_of_birth, self.family.arrived)
