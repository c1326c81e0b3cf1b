"""Which records of a child are one person when they are judged again: the evidence is stated."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from domain.matching import Candidate, Evidence, Features
from domain.matching.regroup import Block, Regrouped, found_between, regroup
from tests.domain_rules.matching.people import OTHER_NUMBER, candidate, comparer, record
from tests.domain_rules.matching.stated import Stated, evidence

ALIKE, CONTRARY = evidence(0.9), evidence(0.0, contradicts=True)


def regrouped(found: Mapping[str, Evidence], records: str = "abc", **given: Any) -> Regrouped:
    """What becomes of the records of one child, by evidence of pairs such as `a-b`."""
    members = [Candidate(name, "child", record(name)) for name in records]
    return regroup(Stated(found), members, given.pop("together", ()), **given)


def blocks(found: Mapping[str, Evidence], records: str = "abc", **given: Any) -> list[str]:
    return ["".join(sorted(block)) for block in regrouped(found, records, **given).blocks]


@pytest.mark.parametrize(
    ("found", "one_each"),
    [
        ({}, ["a", "b", "c"]),
        ({"a-c": ALIKE}, ["ac", "b"]),
        ({"a-c": evidence(0.8999)}, ["a", "b", "c"]),
        ({"a-b": ALIKE, "b-c": ALIKE}, ["abc"]),
        ({"a-b": ALIKE, "b-c": ALIKE, "a-c": CONTRARY}, ["a", "b", "c"]),
        ({"a-b": ALIKE, "b-c": evidence(0.9, bits=13.9), "a-c": CONTRARY}, ["a", "b", "c"]),
        ({"a-b": ALIKE, "b-c": evidence(0.9, bits=14), "a-c": CONTRARY}, ["a", "bc"]),
        ({"a-b": evidence(0.99, contradicts=True)}, ["a", "b", "c"]),
    ],
    ids=str,
)
def test_the_likeliest_come_together_first_and_no_contradiction_with_them(
    found: Mapping[str, Evidence], one_each: list[str]
) -> None:
    assert blocks(found) == one_each


def test_what_stands_together_stays_so_whatever_contradicts_it() -> None:
    assert blocks({"a-c": CONTRARY}, together=[{"a", "c"}]) == ["ac", "b"]
    assert blocks({}, "abcd", together=[{"a", "c"}, {"c", "d"}]) == ["acd", "b"]
    assert blocks({}, together=[{"a", "gone", "c"}]) == ["ac", "b"]


def test_whom_a_steward_told_apart_nothing_brings_together() -> None:
    cannot_link = {("a", "b"), ("b", "a")}
    found = regrouped({"a-b": ALIKE}, cannot_link=cannot_link)
    assert found.blocks == [Block("a"), Block("b"), Block("c")]
    assert found_between(Stated({}), found, Block("a"), Block("b")) is None
    assert blocks({}, together=[{"a", "b"}], cannot_link=cannot_link) == ["a", "b", "c"]


def test_what_is_set_aside_joins_nobody_and_contradicts_nobody() -> None:
    assert blocks({"a-b": ALIKE}, set_aside={"b"}) == ["a", "b", "c"]
    assert blocks({"a-c": ALIKE, "b-c": CONTRARY}, set_aside={"b"}, together=[{"a", "b"}]) == ["abc"]


GP, SCHOOL, BIRTHS = "urn:agency:gp", "urn:agency:school", "urn:agency:births"


@pytest.mark.parametrize(
    ("records", "rules"),
    [
        (
            {
                "elena": record(GP, given_name="Maria Elena"),
                "luisa": record(GP, given_name="Maria Luisa"),
                "maria": record(SCHOOL, given_name="Maria"),
            },
            {"elena-maria": "ambiguous", "luisa-maria": "ambiguous"},
        ),
        (
            {
                "letty": record(GP, given_name="Letty", nhs_number=OTHER_NUMBER),
                "hetty": record(BIRTHS, given_name="Hetty"),
                "mistaken": record(SCHOOL, given_name="Hetty", nhs_number=OTHER_NUMBER),
            },
            {"letty-mistaken": "ambiguous", "hetty-mistaken": "ambiguous"},
        ),
        (
            {
                "simran": record(GP, given_name="Simran", family_name="Kaur"),
                "simrat": record(GP, given_name="Simrat", family_name="Kaur"),
                "school": record(SCHOOL, given_name="Simran", family_name="-", carers=[]),
            },
            {},
        ),
    ],
    ids=lambda each: " ".join(each),
)
def test_what_a_record_that_fits_two_cannot_decide_is_left_to_a_person_when_records_are_judged_again(
    records: Mapping[str, Features], rules: Mapping[str, str]
) -> None:
    members = [candidate(name, features, "child") for name, features in records.items()]
    one, other, _ = records
    for order in permutations(members):
        found = regroup(comparer(), order, ())
        block_of = {name: block for block in found.blocks for name in block}
        assert block_of[one] != block_of[other]
        for pair, rule in rules.items():
            beside = found_between(comparer(), found, *(block_of[name] for name in pair.split("-")))
            assert beside is not None
            assert beside[1].rule == rule


def test_two_blocks_that_stand_are_not_joined_by_one_record_that_fits_both() -> None:
    together = [{"a", "b"}, {"c", "d"}]
    assert blocks({"a-c": ALIKE}, "abcd", together=together) == ["ab", "cd"]
    assert blocks({"a-c": ALIKE, "b-d": evidence(0.1)}, "abcd", together=together) == ["abcd"]
    found = regrouped({"a-c": ALIKE}, "abcd", together=together)
    pair = found_between(Stated({}), found, Block("ab"), Block("cd"))
    assert pair is not None
    assert pair[1].rule == "one-record-between"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, None),
        ({"a-c": evidence(0.1)}, ("a", "c", "possible")),
        ({"a-c": evidence(0.1), "b-c": evidence(0.2)}, ("b", "c", "possible")),
        ({"a-c": evidence(0.1), "b-c": evidence(0.1, bits=11)}, ("b", "c", "possible")),
        ({"a-b": evidence(0.5), "a-c": evidence(0.1)}, ("a", "c", "possible")),
        ({"a-c": evidence(0.9), "b-c": CONTRARY}, ("a", "c", "contradiction")),
        ({"a-c": evidence(0.0, bits=11, same="upn")}, ("a", "c", "shared-number")),
        ({"a-c": evidence(0.0, bits=11), "b-c": evidence(0.0, same="upn")}, ("a", "c", "shared-number")),
    ],
    ids=str,
)
def test_what_a_steward_looks_at_between_two_of_the_blocks(
    found: Mapping[str, Evidence], expected: tuple[str, str, str] | None
) -> None:
    every = regrouped(found, together=[{"a", "b"}])
    for one, other in ((Block("ab"), Block("c")), (Block("c"), Block("ab"))):
        pair = found_between(Stated(found), every, one, other)
        named = pair and {pair[0], pair[1].record}
        assert named == (expected and set(expected[:2]))
        assert pair is None or (pair[0] in one, pair[1].rule, pair[1].evidence) == (
            True,
            expected and expected[2],
            every.compared[Block((pair[0], pair[1].record))],
        )


def test_of_what_is_set_aside_nothing_is_found() -> None:
    assert found_between(Stated({}), regrouped({"a-b": evidence(0.1)}, set_aside={"b"}), Block("a"), Block("b")) is None
