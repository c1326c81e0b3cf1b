"""Finds rules that can never hold: no child could be as they ask, whatever agencies tell.

What a rule asks for is a question of flags that are up or not, services that work with the child or not, agencies that
hold it or not, and of its age. Whether some answers to these make a rule hold is searched for one question after the
other, and a rule whose outcome is certain before all are answered is not asked further.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from domain.agency import RIGHTS
from domain.policy.policy import Policy
from domain.policy.rules import (
    Aged,
    AllOf,
    AnyOf,
    Everyone,
    FlagUp,
    KnownTo,
    Not,
    Rule,
    ServedBy,
    WorkedWith,
    every_rule,
    parts_of,
)
from domain.vocabulary import SENSITIVE_SERVICES, AgencyKind

MOST_STEPS = 2_000
"""Answers tried at most; a rule so intricate counts as one that can hold."""

Atom: TypeAlias = tuple[str, str]
"""What is asked, and of which flag, service or kind of agency."""

Answers: TypeAlias = dict[Atom, bool]


class Nonsense(NamedTuple):
    """A part of a policy that makes no sense: where it stands, and what is wrong with it."""

    line: int
    said: str


def nonsense(policy: Policy) -> Nonsense | None:
    """The first part of a policy that can never hold; None where all parts can."""
    for rule in every_rule(policy.listed):
        if said := _unheard_of(rule):
            return Nonsense(rule.line, said)
    return next(_hopeless(policy.listed, (), policy.until_age), None)


def _unheard_of(rule: Rule) -> str | None:
    """What is wrong with a rule that asks for what nobody may tell."""
    if isinstance(rule, WorkedWith) and SENSITIVE_SERVICES.intersection(rule.services):
        return "this rule can never hold: that a sensitive service works with a child is told to no policy; take it out"
    if isinstance(rule, ServedBy | KnownTo) and AgencyKind.SENSITIVE_SERVICE in rule.kinds:
        return "this rule can never hold: what a sensitive service knows is told to no policy; take it out"
    if isinstance(rule, ServedBy) and not all(RIGHTS[kind].services for kind in rule.kinds):
        return "this rule can never hold: agencies of one of these kinds tell of no involvements; use known_to for it"
    return None


def _hopeless(rule: Rule, beside: tuple[Rule, ...], until_age: int | None) -> Iterator[Nonsense]:
    """The parts that can't hold beside the others, the innermost first."""
    parts = parts_of(rule)
    for part in parts:
        yield from _hopeless(
            part, () if isinstance(rule, Not) else beside, None if isinstance(rule, Not) else until_age
        )
    if not _can_hold(AllOf((rule, *beside)), until_age):
        yield Nonsense(rule.line, _why(rule, beside, until_age))
    elif isinstance(rule, AllOf):
        for place, part in enumerate(parts):
            others = (*beside, *parts[:place], *parts[place + 1 :])
            if isinstance(part, AnyOf):
                yield from _hopeless(part, others, until_age)


def _why(rule: Rule, beside: tuple[Rule, ...], until_age: int | None) -> str:
    if beside and _can_hold(rule, until_age):
        return "this rule can never hold, for what stands beside it contradicts it; take one of them out"
    if until_age is not None and _can_hold(rule, None):
        return f"this rule can never hold: listing ends at the age of {until_age}; change one of them"
    if isinstance(rule, AllOf):
        return "these rules contradict each other, and can never hold together; take one of them out"
    return "this rule can never hold: what it denies always holds; take it out"


def _can_hold(rule: Rule, until_age: int | None) -> bool:
    """Whether some child could be as the rule asks, before it reaches an age."""
    atoms = sorted({atom for each in every_rule(rule) for atom in _atoms(each)})
    ages = {0}
    for each in every_rule(rule):
        if isinstance(each, Aged):
            ages |= {each.from_age, each.until_age or 0}
    search = _Search(rule, atoms)
    return any(search.finds(age, {}, 0) for age in sorted(ages) if until_age is None or age < until_age)


class _Search:
    """Tries answers to all questions of a rule."""

    def __init__(self, rule: Rule, atoms: list[Atom]) -> None:
        self._rule, self._atoms = rule, atoms
        self._steps = 0

    def finds(self, age: int, answers: Answers, nth: int) -> bool:
        """Whether answers to the questions from the nth on make the rule hold, beside those to the ones before."""
        self._steps += 1
        outcome = _outcome(self._rule, answers, age)
        if outcome is not None or self._steps > MOST_STEPS:
            return outcome is not False
        atom = self._atoms[nth]
        return any(self.finds(age, {**answers, atom: answer}, nth + 1) for answer in (True, False))


def _atoms(rule: Rule) -> list[Atom]:
    match rule:
        case FlagUp(flags):
            return [("flag", flag) for flag in flags]
        case WorkedWith(services):
            return [("service", service) for service in services]
        case ServedBy(kinds):
            return [("served by", kind) for kind in kinds]
        case KnownTo(kinds):
            return [("known to", kind) for kind in kinds]
        case _:
            return []


def _outcome(rule: Rule, answers: Mapping[Atom, bool], age: int) -> bool | None:
    """Whether a rule holds; None where that depends on what was not answered yet."""
    match rule:
        case Everyone():
            return True
        case Aged(from_age, until_age):
            return age >= from_age and (until_age is None or age < until_age)
        case Not(denied):
            outcome = _outcome(denied, answers, age)
            return None if outcome is None else not outcome
        case AllOf(rules):
            return _all([_outcome(each, answers, age) for each in rules])
        case AnyOf(rules):
            return _any([_outcome(each, answers, age) for each in rules])
        case _:
            return _any([answers.get(atom) for atom in _atoms(rule)])


def _any(outcomes: list[bool | None]) -> bool | None:
    return True if True in outcomes else None if None in outcomes else False


def _all(outcomes: list[bool | None]) -> bool | None:
    return False if False in outcomes else None if None in outcomes else True
