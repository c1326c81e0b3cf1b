"""Reads a policy from its file; docs/policies.md says how it is written."""

import re
from typing import Any

import yaml

from domain.inclusion_policy import NamedPerson, Policy
from domain.inclusion_policy.answerable import why_unanswerable
from domain.inclusion_policy.rules import (
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
)
from domain.vocabulary import SENSITIVE_SERVICES, AgencyKind, Flag, Service
from services.inclusion_policy.nodes import Fields, Node, Nodes, line_of, vocabulary

OLDEST = 25
"""No directory of children lists anybody who is older."""
LONGEST_STAY = 10_000
FLAGS, SERVICES, KINDS = vocabulary(Flag), vocabulary(Service), vocabulary(AgencyKind)
RULES = ("everyone", "flag", "service", "served_by", "known_to", "age", "any", "all", "not")
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_REQUIRED = ("name", "version", "title", "says", "listed")
_OPTIONAL = ("until", "stays", "decision", "named_person", "lead_professional")
_STAYS = re.compile(r"(\d{1,5}) days?", re.ASCII)


def read_policy(name: str, text: str) -> Policy:
    """The policy in a text, which messages call `name`; raises PolicyRefused."""
    nodes = Nodes(name, text)
    fields = nodes.fields(nodes.root, _REQUIRED, _OPTIONAL)
    policy = Policy(
        name=_name(nodes, fields["name"]),
        version=nodes.whole(fields["version"], 1, 1_000_000),
        title=nodes.text(fields["title"]),
        summary=nodes.text(fields["says"]),
        listed=_rule(nodes, fields["listed"]),
        stays=_stays(nodes, fields),
        decision=_yes(nodes, fields, "decision"),
        lead_professional=_yes(nodes, fields, "lead_professional"),
        named_person=_named_person(nodes, fields.get("named_person")),
        **_until(nodes, fields.get("until")),
    )
    for rule in every_rule(policy.listed):
        if why := why_unanswerable(rule):
            raise nodes.place.refuse(rule.line, why)
    return policy


def heading(policy: Policy) -> dict[str, Any]:
    """What a policy says of itself, under the names of its file."""
    return {"name": policy.name, "version": policy.version, "title": policy.title, "says": policy.summary}


def _name(nodes: Nodes, node: Node) -> str:
    name = nodes.text(node)
    if not NAME.fullmatch(name):
        raise nodes.refuse(node, "a name has 1 to 40 of a-z, 0-9 and -, and begins with a letter")
    return name


def _yes(nodes: Nodes, fields: Fields, name: str) -> bool:
    return name in fields and nodes.yes(fields[name])


def _rule(nodes: Nodes, node: Node) -> Rule:
    """A rule: a mapping of one field, the name of the rule, to what it is about; or the word everyone."""
    line = line_of(node)
    if isinstance(node, yaml.ScalarNode) and node.value == "everyone":
        return Everyone(line)
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        raise nodes.refuse(node, f"here one rule is expected; combine several with any or all: {', '.join(RULES)}")
    ((name, about),) = nodes.fields(node, (), RULES[1:]).items()
    match name:
        case "flag":
            return FlagUp(nodes.words(about, "flags", FLAGS), line)
        case "service":
            return WorkedWith(nodes.words(about, "services", SERVICES), line)
        case "served_by":
            return ServedBy(nodes.words(about, "kinds of agency", KINDS), line)
        case "known_to":
            return KnownTo(nodes.words(about, "kinds of agency", KINDS), line)
        case "age":
            return _aged(nodes, about, line)
        case "any":
            return AnyOf(tuple(_rule(nodes, each) for each in nodes.items(about, "rules")), line)
        case "all":
            return AllOf(tuple(_rule(nodes, each) for each in nodes.items(about, "rules")), line)
        case _:
            return Not(_rule(nodes, about), line)


def _aged(nodes: Nodes, node: Node, line: int) -> Aged:
    fields = nodes.fields(node, (), ("from", "until"))
    if not fields:
        raise nodes.refuse(node, "say from or until which age, or take the rule out")
    begin = nodes.whole(fields["from"], 0, OLDEST) if "from" in fields else 0
    end = nodes.whole(fields["until"], 1, OLDEST) if "until" in fields else None
    if end is not None and begin >= end:
        raise nodes.refuse(node, "this age begins when it has ended already; let from be less than until")
    return Aged(begin, end, line)


def _stays(nodes: Nodes, fields: Fields) -> int:
    if "stays" not in fields:
        return 0
    found = _STAYS.fullmatch(nodes.text(fields["stays"]))
    if not found or not 1 <= int(found[1]) <= LONGEST_STAY:
        raise nodes.refuse(fields["stays"], f"write it like `stays: 90 days`, with 1 to {LONGEST_STAY:,} days")
    return int(found[1])


def _until(nodes: Nodes, node: Node | None) -> dict[str, Any]:
    """What ends a listing."""
    ends: dict[str, Any] = {}
    for each in nodes.items(node, "ends") if node else ():
        if isinstance(each, yaml.MappingNode):
            field, value = "until_age", nodes.whole(nodes.fields(each, ("age",))["age"], 1, OLDEST)
        else:
            field, value = nodes.word(each, "ends (died, left-england, age: 18)", _ENDS), True
        if field in ends:
            raise nodes.refuse(each, "this end stands here for the second time; keep one of them")
        ends[field] = value
    return ends


_ENDS = {"died": "until_died", "left-england": "until_left_england"}


def _named_person(nodes: Nodes, node: Node | None) -> tuple[NamedPerson, ...]:
    """The named persons in order of age; between two ages nobody need be one."""
    persons: list[NamedPerson] = []
    for each in nodes.items(node, "ages") if node else ():
        fields = nodes.fields(each, ("from", "until", "service"))
        begin, end = nodes.whole(fields["from"], 0, OLDEST), nodes.whole(fields["until"], 1, OLDEST)
        if begin >= end:
            raise nodes.refuse(each, "this age begins when it has ended already; let from be less than until")
        if any(begin < other.until_age and other.from_age < end for other in persons):
            raise nodes.refuse(each, "an entry before has a named person for some of these years; let ages not overlap")
        services = nodes.words(fields["service"], "services", SERVICES)
        if SENSITIVE_SERVICES.intersection(services):
            raise nodes.refuse(fields["service"], "a sensitive service is told to no policy; name another")
        persons.append(NamedPerson(begin, end, services, line_of(each)))
    return tuple(sorted(persons, key=lambda person: person.from_age))
