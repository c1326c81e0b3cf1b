"""Policies and models that can't be used are refused with the line, and with what to do."""

import re

import pytest

from domain.inclusion_policy import Policy
from services.inclusion_policy.model_file import read_model
from services.inclusion_policy.policy_file import read_policy
from services.inclusion_policy.refused import PolicyRefused
from services.inclusion_policy.shipped import SHIPPED, shipped_text

HEAD = "name: own\nversion: 1\ntitle: Own\nsays: Own.\n"


def own(rest: str) -> Policy:
    """A policy whose own fields begin on line 5."""
    return read_policy("own.yaml", f"{HEAD}{rest}\n")


PERSONS = "listed: everyone\nnamed_person:\n  - "


@pytest.mark.parametrize(
    ("rest", "line", "problem"),
    [
        ("listed: everyone\nuntill: [died]", 6, "unknown"),
        ("listed: {flag: looked-after, service: gp}", 5, "one rule"),
        ("listed: {flags: looked-after}", 5, "unknown"),
        ("listed: everyone\nlisted: everyone", 6, "second time"),
        ("listed: nobody", 5, "one rule"),
        ("listed: {flag: lost}", 5, "flags are named"),
        ("listed:\n  service: [gp,\n    plumbing]", 7, "services are named"),
        ("listed: {known_to: [school]}", 5, "kinds of agency are named"),
        ("listed: everyone\nversion: two", 6, "second time"),
        ("listed: everyone\ndecision: maybe", 6, "true or false"),
        ("listed: everyone\nstays: a while", 6, "90 days"),
        ("listed: everyone\nstays: 0 days", 6, "90 days"),
        ("listed: everyone\nuntil:\n  - died\n  - retired", 8, "ends"),
        ("listed: everyone\nuntil: [died, died]", 6, "second time"),
        ("listed: everyone\nuntil: [age: 180]", 6, "whole number"),
        ("listed: {any: []}", 5, "empty"),
        ("listed: {flag: []}", 5, "empty"),
        ("listed: {age: {}}", 5, "from or until"),
        ("listed: {age: {from: 5, until: 5}}", 5, "begins when it has ended"),
        ("listed:\n  any:\n    - service: gp\n    - service: camhs", 8, "sensitive"),
        ("listed: {served_by: sensitive-service}", 5, "sensitive"),
        ("listed: {served_by: child-benefit}", 5, "known_to"),
        (PERSONS + "{from: 0, until: 6, service: gp}\n  - {from: 5, until: 9, service: gp}", 8, "overlap"),
        (PERSONS + "{from: 0, until: 5, service: sexual-health}", 7, "sensitive"),
        ("listed: &a {any: [*a]}", 5, "too much"),
        ("listed: [", 6, "not YAML"),
        ("says: Again.", 5, "second time"),
    ],
)  # fmt: skip
def test_refused(rest: str, line: int, problem: str) -> None:
    with pytest.raises(PolicyRefused, match=f"^own.yaml, line {line}: .*{re.escape(problem)}"):
        own(rest)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "- a\n", "text\n", "{}\n", "\x00", "a: " + "[" * 5_000, "x" * 40_000]
)
def test_what_is_no_policy_at_all(text: str) -> None:
    with pytest.raises(PolicyRefused, match=r"own\.yaml"):
        read_policy("own.yaml", text)


def test_a_refusal_repeats_nothing_that_stands_in_the_file() -> None:
    with pytest.raises(PolicyRefused) as refused:
        own("listed: {flag: Ada Quaternion}")
    assert "Ada" not in str(refused.value)


@pytest.mark.parametrize(
    "rest",
    [
        "listed: {all: [{flag: looked-after}, {not: {flag: domestic-abuse}}]}",
        "listed: {all: [{age: {from: 5}}, {age: {until: 6}}]}\nuntil: [age: 6]",
        "listed: {all: [{flag: looked-after}, {not: {flag: looked-after}}]}",
        "listed: {age: {from: 18}}\nuntil: [age: 18]",
        PERSONS + "{from: 12, until: 18, service: education}\n  - {from: 0, until: 5, service: gp}",
        "listed: everyone\nuntil:\n  - died\n  - age: 25\nstays: 1 day",
    ],
)
def test_taken(rest: str) -> None:
    assert own(rest).name == "own"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_files_explain_themselves(name: str) -> None:
    assert shipped_text(name).startswith("# ")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("contacts: 1", 1, "unknown"),
        ("hours_each: {estimate: 1, low: 1, high: 1}", 1, "contacts_a_year"),
        ("contacts_a_year: {estimate: 1, low: 2, high: 3}\nhours_each: {estimate: 1, low: 1, high: 1}", 1, "between"),
        ("contacts_a_year: {estimate: 1, low: 1, high: 3}\nhours_each: {estimate: .nan, low: 1, high: 1}", 2, "number"),
    ],
)
def test_a_model_is_refused_by_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(PolicyRefused, match=f"^model.yaml, line {line}: .*{problem}"):
        read_model("model.yaml", text)
