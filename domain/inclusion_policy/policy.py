"""An inclusion policy as a value."""

from dataclasses import dataclass

from domain.birth import GROWN_UP
from domain.inclusion_policy.rules import Aged, Everyone, Rule, every_rule
from domain.vocabulary import Service


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """For a child from one age up to another, one of these services has to provide its named person."""

    from_age: int
    until_age: int
    services: tuple[Service, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is listed, from when, until when.

    A child is listed while an agency has registered it, the rule `listed` holds or has held within the last `stays`
    days, and none of the ends has come: the age `until_age`, its death, its leaving England. `decision` is True if
    somebody decides on each listing. `named_person` gives the services of the named person by age; `lead_professional`
    is True if a child in need has to have one. `summary` says in a sentence what the policy is for.
    """

    name: str
    version: int
    title: str
    summary: str
    listed: Rule
    until_age: int | None = None
    until_died: bool = False
    until_left_england: bool = False
    stays: int = 0
    decision: bool = False
    named_person: tuple[NamedPerson, ...] = ()
    lead_professional: bool = False

    @property
    def lists_all(self) -> bool:
        """Whether every child is listed, without end."""
        endless = self.until_age is None and not self.until_died and not self.until_left_england
        return endless and isinstance(self.listed, Everyone)

    @property
    def ages(self) -> frozenset[int]:
        """The birthdays on which something may change: coming of age is always one, for the reports."""
        ages = {GROWN_UP, self.until_age}
        for rule in every_rule(self.listed):
            if isinstance(rule, Aged):
                ages |= {rule.from_age, rule.until_age}
        for person in self.named_person:
            ages |= {person.from_age, person.until_age}
        return frozenset(age for age in ages if age)
