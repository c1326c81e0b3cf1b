"""The rules of which a policy is made; their names are those of a policy's file.

Every rule has its `line` in the file; two rules that differ in nothing else are equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from domain.vocabulary import AgencyKind, Flag, Service


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every child."""

    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FlagUp:
    """One of these flags is up."""

    flags: tuple[Flag, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class WorkedWith:
    """One of these services works with the child."""

    services: tuple[Service, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ServedBy:
    """Somebody works with the child, as an agency of one of these kinds reports."""

    kinds: tuple[AgencyKind, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class KnownTo:
    """An agency of one of these kinds holds the child, or has held it."""

    kinds: tuple[AgencyKind, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Aged:
    """The child is `from_age` and has not reached `until_age`; one whose age nobody knows counts as of this age."""

    from_age: int = 0
    until_age: int | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the rules holds."""

    rules: tuple["Rule", ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """All the rules hold."""

    rules: tuple["Rule", ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The rule does not hold."""

    rule: "Rule"
    line: int = field(default=0, compare=False)


Rule: TypeAlias = Everyone | FlagUp | WorkedWith | ServedBy | KnownTo | Aged | AnyOf | AllOf | Not


def subrules(rule: Rule) -> tuple[Rule, ...]:
    """The rules of which a rule is composed."""
    if isinstance(rule, AnyOf | AllOf):
        return rule.rules
    return (rule.rule,) if isinstance(rule, Not) else ()


def every_rule(rule: Rule) -> Iterator[Rule]:
    """A rule and, depth first, all rules of which it is composed."""
    yield rule
    for subrule in subrules(rule):
        yield from every_rule(subrule)
