"""A policy compiled into closures over circumstances, which are quicker than interpreting its rules each day."""

from collections.abc import Callable, Collection, Mapping

from domain.inclusion_policy.policy import NamedPerson, Policy
from domain.inclusion_policy.rules import Aged, AllOf, AnyOf, Everyone, FlagUp, KnownTo, Not, Rule, ServedBy, WorkedWith
from domain.timeline import Circumstances

Kinds = Mapping[str, str]
"""Source → kind of agency, as the agency register has it."""

Holds = Callable[[Circumstances], bool]


class Judge:
    """A compiled policy: whether its rule `holds` in given circumstances, and whether listing has `ended`."""

    __slots__ = ("ended", "holds", "named_person", "needs_lead", "policy", "stays")

    def __init__(self, policy: Policy, kinds: Kinds) -> None:
        self.policy = policy
        self.stays = policy.stays
        self.holds = _known_and(_holds(policy.listed, kinds), policy.listed)
        self.ended = _ended(policy)
        self.named_person = _named_person(policy.named_person) if policy.named_person else None
        self.needs_lead = policy.lead_professional


def _known_and(holds: Holds, rule: Rule) -> Holds:
    if isinstance(rule, Everyone):
        return lambda at: at.known
    return lambda at: holds(at) and at.known


def _ended(policy: Policy) -> Holds | None:
    """None where listing never ends by itself."""
    ends: list[Holds] = []
    if policy.until_age is not None:
        grown = policy.until_age
        ends.append(lambda at: at.age is not None and at.age >= grown)
    if policy.until_died:
        ends.append(lambda at: at.died)
    if policy.until_left_england:
        ends.append(lambda at: at.left_england)
    return _any(ends) if ends else None


def _holds(rule: Rule, kinds: Kinds) -> Holds:
    match rule:
        case Everyone():
            return lambda _: True
        case FlagUp(flags):
            return _flag_up(frozenset(flags))
        case WorkedWith(services):
            wanted = frozenset(services)
            return lambda at: not wanted.isdisjoint(at.services)
        case ServedBy(of_kinds):
            reporting = _sources(kinds, of_kinds)
            return lambda at: any(working.source in reporting for working in at.involvements.values())
        case KnownTo(of_kinds):
            holding = _sources(kinds, of_kinds)
            return lambda at: not holding.isdisjoint(at.known_to)
        case Aged(from_age, until_age):
            return _aged(from_age, until_age)
        case AnyOf(rules):
            return _any([_holds(each, kinds) for each in rules])
        case AllOf(rules):
            return _all([_holds(each, kinds) for each in rules])
        case Not(denied):
            holds = _holds(denied, kinds)
            return lambda at: not holds(at)


def _sources(kinds: Kinds, wanted: Collection[str]) -> frozenset[str]:
    return frozenset(source for source, kind in kinds.items() if kind in wanted)


def _flag_up(wanted: frozenset[str]) -> Holds:
    def holds(at: Circumstances) -> bool:
        return bool(at.flags) and any(up.flag in wanted for up in at.flags.values())

    return holds


def _aged(from_age: int, until_age: int | None) -> Holds:
    def holds(at: Circumstances) -> bool:
        age = at.age
        return age is None or (age >= from_age and (until_age is None or age < until_age))

    return holds


def _any(rules: Collection[Holds]) -> Holds:
    if len(rules) == 1:
        return next(iter(rules))
    if len(rules) == 2:
        first, second = rules
        return lambda at: first(at) or second(at)
    return lambda at: any(holds(at) for holds in rules)


def _all(rules: Collection[Holds]) -> Holds:
    if len(rules) == 1:
        return next(iter(rules))
    return lambda at: all(holds(at) for holds in rules)


def _named_person(persons: Collection[NamedPerson]) -> Holds:
    """Whether a child has the named person of its age, or is of an age without one."""
    bands = [(person.from_age, person.until_age, frozenset(person.services)) for person in persons]

    def has(at: Circumstances) -> bool:
        age = at.age
        due = [services for begin, end, services in bands if age is None or begin <= age < end]
        return not due or any(not services.isdisjoint(at.services) for services in due)

    return has
