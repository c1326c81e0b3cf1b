"""Where a record belongs, given how it compares with others: the evidence is stated, so that each rule stands alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.matching import Candidate, Evidence, Placement, place
from domain.matching.evidence import FIELDS
from domain.matching.placement import fits_clearly
from tests.domain_rules.matching.people import record
from tests.domain_rules.matching.stated import UNLIKE, Stated, evidence

ALIKE, CONTRARY = evidence(0.99), evidence(0.0, contradicts=True)
LIKELY = evidence(0.10)


def placed(
    stated: Mapping[str, Evidence],
    children: Mapping[str, str],
    outvote: float = 0.0,
    agreeing: float = 0.0,
    **given: Any,
) -> Placement:
    """The decision for `new`, by evidence of pairs such as `new-a`, among children and the records of each."""
    candidates = [
        Candidate(name, child, record(name)) for child, records in children.items() for name in records.split()
    ]
    return place(Stated(stated, outvote, agreeing), "new", record("new"), candidates, **given)


def called(level: str, same: str | None = None) -> Evidence:
    """Evidence for one child, of given names that agree so far, and agreement in one other field at most."""
    found = evidence(0.99, same=same)
    return found._replace(levels=(level, *found.levels[1:]))


def queued(placement: Placement) -> dict[str, str]:
    """The rule by which each record is queued, the first first."""
    return {found.record: found.rule for found in placement.suspected}


@pytest.mark.parametrize(
    ("found", "rule"),
    [
        (evidence(0.90), "certain"),
        (evidence(0.8999), "possible"),
        (evidence(0.10), "possible"),
        (evidence(0.0999), None),
        (evidence(0.90, contradicts=True), "contradiction"),
        (evidence(0.50, contradicts=True), "possible"),
        (evidence(0.4999, contradicts=True), None),
        (evidence(0.0, same="nhs_number"), "shared-number"),
        (evidence(0.0, same="upn"), "shared-number"),
        (evidence(0.0, same="gender"), None),
        (evidence(0.10, same="upn"), "possible"),
    ],
)
def test_a_record_is_linked_queued_or_neither(found: Evidence, rule: str | None) -> None:
    placement = placed({"new-a": found}, {"child": "a"})
    if rule == "certain":
        assert placement.child == "child"
        assert placement.reason is not None
        assert (placement.reason.record, placement.reason.rule, placement.suspected) == ("a", "certain", ())
    else:
        assert (placement.child, placement.reason) == (None, None)
        assert queued(placement) == ({"a": rule} if rule else {})


def test_where_nobody_is_like_it_a_record_is_a_child_of_its_own() -> None:
    assert placed({}, {}) == placed({}, {"child": "a"}) == Placement(None, None)


def test_a_record_is_not_compared_with_itself() -> None:
    assert placed({"new": ALIKE}, {"child": "new"}) == Placement(None, None)


def test_a_child_is_judged_by_its_likeliest_record_and_by_the_contradictions_of_all() -> None:
    stated = {"new-a": evidence(0.95), "new-b": evidence(0.99), "new-c": evidence(0.2)}
    linked = placed(stated, {"child": "a b c"})
    assert linked.reason is not None
    assert linked.reason.record == "b"
    assert queued(placed(stated | {"new-c": CONTRARY}, {"child": "a b c"})) == {"b": "contradiction"}
    number = {"new-a": evidence(0.05), "new-b": evidence(0.01, same="upn")}
    assert queued(placed(number, {"child": "a b"})) == {"a": "shared-number"}


def test_of_records_as_likely_the_one_with_more_bits_is_named_then_the_last() -> None:
    stated = {"new-a": evidence(0.95, bits=12.0), "new-b": evidence(0.95), "new-c": evidence(0.95)}
    for records, named in (("a b c", "a"), ("b c", "c"), ("c b", "c")):
        reason = placed(stated, {"child": records}).reason
        assert reason is not None
        assert reason.record == named


@pytest.mark.parametrize(("found", "rule"), [(ALIKE, "kept-apart"), (evidence(0.5), "possible")])
def test_what_a_steward_separated_is_queued_where_it_would_be_linked(found: Evidence, rule: str) -> None:
    placement = placed({"new-a": found}, {"child": "a b"}, cannot_link={("new", "b"), ("b", "new")})
    assert placement.child is None
    assert queued(placement) == {"a": rule}


def test_the_likeliest_are_queued_first_and_no_more_than_a_few() -> None:
    stated = {f"new-{n}": evidence(0.2 + n / 100) for n in range(6)} | {"new-5": evidence(0.2 + 4 / 100, bits=11.0)}
    assert list(queued(placed(stated, {f"child {n}": str(n) for n in range(6)}))) == ["5", "4", "3", "2", "1"]


def test_the_child_with_more_bits_takes_the_record_and_others_that_fit_are_merged() -> None:
    stated = {"new-a": ALIKE, "new-b": evidence(0.99, bits=11.0), "new-c": evidence(0.98, bits=11.0)}
    stated |= {"a-b": LIKELY, "b-c": LIKELY}
    placement = placed(stated, {"one": "a", "two": "b", "three": "c"})
    assert placement.child == "two"
    assert [found.child for found in placement.merged] == ["three", "one"]
    assert placement.suspected == ()


def test_of_children_as_strong_the_last_record_decides() -> None:
    assert placed({"new-a": ALIKE, "new-b": ALIKE}, {"one": "a", "two": "b"}).child == "two"


@pytest.mark.parametrize(("lead", "child"), [(4.0, "one"), (3.9, None)])
def test_a_record_that_fits_two_different_children_goes_to_one_that_leads_or_to_neither(
    lead: float, child: str | None
) -> None:
    stated = {"new-a": evidence(0.99, bits=6.0 + lead), "new-b": evidence(0.98, bits=6.0), "a-b": CONTRARY}
    stated |= {"new-c": evidence(0.3)}
    placement = placed(stated, {"one": "a", "two": "b", "three": "c"})
    assert (placement.child, placement.merged) == (child, ())
    expected = {"b": "contradiction"} if child else {"a": "ambiguous", "b": "ambiguous"}
    assert queued(placement) == expected | {"c": "possible"}


def test_two_children_that_a_steward_separated_are_different_ones() -> None:
    stated = {"new-a": ALIKE, "new-b": ALIKE}
    placement = placed(stated, {"one": "a", "two": "b"}, cannot_link={("a", "b"), ("b", "a")})
    assert placement.child is None
    assert queued(placement) == {"a": "ambiguous", "b": "ambiguous"}


def test_a_child_joins_only_where_it_contradicts_none_that_joined_before() -> None:
    stated = {
        "new-a": evidence(0.99, bits=30.0),
        "new-b": evidence(0.99, bits=20.0),
        "new-c": evidence(0.99, bits=10.0),
        "a-b": LIKELY,
        "b-c": CONTRARY,
    }
    placement = placed(stated, {"one": "a", "two": "b", "three": "c"})
    assert placement.child == "one"
    assert [found.child for found in placement.merged] == ["two"]
    assert queued(placement) == {"c": "contradiction"}


@pytest.mark.parametrize(("size", "merged"), [(400, True), (401, False)])
def test_two_children_of_many_records_are_merged_by_a_person(size: int, merged: bool) -> None:
    stated = {"new-a": evidence(0.99, bits=30.0), "new-b0": ALIKE, "a-b0": LIKELY}
    placement = placed(stated, {"one": "a", "two": " ".join(f"b{n}" for n in range(size))})
    assert placement.child == "one"
    assert [found.child for found in placement.merged] == ["two"] * merged
    assert queued(placement) == ({} if merged else {"b0": "too-many-records"})


def test_an_amended_record_stays_and_brings_those_that_fit_all_of_its_child() -> None:
    children = {"own": "new a", "two": "b", "three": "c"}
    stated = {"new-b": ALIKE, "new-c": evidence(0.3), "a-b": LIKELY}
    placement = placed(stated, children, own="own")
    assert (placement.child, placement.reason) == ("own", None)
    assert [found.child for found in placement.merged] == ["two"]
    assert queued(placement) == {"c": "possible"}
    placement = placed(stated | {"a-b": CONTRARY}, children, own="own")
    assert placement.merged == ()
    assert queued(placement) == {"b": "contradiction", "c": "possible"}


@pytest.mark.parametrize(
    ("between", "rule"),
    [
        (UNLIKE, "one-record-between"),
        (evidence(0.0999), "one-record-between"),
        (LIKELY, None),
        (evidence(0.0, same="upn"), None),
        (CONTRARY, "contradiction"),
    ],
)
def test_two_children_are_not_merged_for_one_record_that_fits_both(between: Evidence, rule: str | None) -> None:
    stated = {"new-a": evidence(0.99, bits=30.0), "new-b": ALIKE, "c-b": between}
    placement = placed(stated, {"one": "a c", "two": "b"})
    assert (placement.child, len(placement.merged)) == ("one", rule is None)
    assert queued(placement) == ({"b": rule} if rule else {})


def test_an_amended_record_that_is_alone_brings_those_that_fit() -> None:
    placement = placed({"new-b": ALIKE}, {"own": "new", "two": "b"}, own="own")
    assert (placement.child, [found.child for found in placement.merged]) == ("own", ["two"])


def test_an_amended_record_that_contradicts_its_child_brings_nobody() -> None:
    children = {"own": "new c a b", "two": "d", "three": "e"}
    stated = {"new-a": CONTRARY, "new-c": CONTRARY, "new-b": ALIKE, "new-d": ALIKE, "new-e": evidence(0.3)}
    placement = placed(stated, children, own="own")
    assert (placement.child, placement.reason, placement.merged) == ("own", None, ())
    assert [(found.child, found.record, found.rule) for found in placement.contradicted] == [
        ("own", "a", "contradiction"),
        ("own", "c", "contradiction"),
    ]
    assert queued(placement) == {"d": "certain", "e": "possible"}


def test_a_few_contradictions_of_an_amended_record_are_enough() -> None:
    stated = {f"new-{n}": CONTRARY for n in range(6)}
    placement = placed(stated, {"own": "0 1 2 3 4 5"}, own="own")
    assert [found.record for found in placement.contradicted] == ["0", "1", "2", "3", "4"]


BY_WEIGHT = CONTRARY._replace(by_weight=True)


@pytest.mark.parametrize(
    ("against", "outvote", "joins"),
    [
        ([BY_WEIGHT], 2.0, True),
        ([BY_WEIGHT], 2.5, False),
        ([BY_WEIGHT], 0.0, False),
        ([BY_WEIGHT, BY_WEIGHT], 2.0, False),
        ([BY_WEIGHT, BY_WEIGHT], 1.0, True),
        ([CONTRARY], 2.0, False),
        ([BY_WEIGHT, CONTRARY], 1.0, False),
    ],
)
def test_a_record_is_judged_by_what_the_records_of_a_child_say_together(
    against: list[Evidence], outvote: float, joins: bool
) -> None:
    """Two records are certain; what a number, a twin's name or one agency says is never outvoted."""
    stated = {"new-a": evidence(0.99, bits=30.0), "new-b": ALIKE} | {f"new-c{n}": e for n, e in enumerate(against)}
    children = {"one": " ".join(pair.removeprefix("new-") for pair in stated)}
    found = placed(stated, children, outvote)
    assert found.child == ("one" if joins else None)
    assert queued(found) == ({} if joins else {"a": "contradiction"})


@pytest.mark.parametrize(
    ("against", "outvote", "is_one"), [(BY_WEIGHT, 2, True), (BY_WEIGHT, 3, False), (CONTRARY, 2, False)]
)
def test_two_children_are_one_where_most_of_their_records_say_so(
    against: Evidence, outvote: float, is_one: bool
) -> None:
    """Of four pairs two are certain, one speaks against, and one says nothing."""
    stated = {"new-a": evidence(0.99, bits=30.0), "new-b": ALIKE, "a-b": ALIKE, "c-b": evidence(0.90), "d-b": against}
    found = placed(stated, {"one": "a c d e", "two": "b"}, outvote)
    assert [each.child for each in found.merged] == ["two"] * is_one
    assert queued(found) == ({} if is_one else {"b": "contradiction"})


@pytest.mark.parametrize(
    ("other", "agreeing", "is_one"),
    [
        ("c d", 0.0, True),
        ("c d", 0.16, True),
        ("c d", 0.17, False),
        ("c", 0.25, True),
        ("c", 0.26, False),
        ("", 1.0, True),
    ],
)
def test_two_children_of_several_records_are_one_where_a_share_of_the_pairs_is_certain(
    other: str, agreeing: float, is_one: bool
) -> None:
    """Of the pairs between them one is certain, or by a number; a child of one record joins by that one."""
    for certain in (ALIKE, evidence(0.2, same="nhs_number")):
        stated = {"new-a": evidence(0.99, bits=30.0), "new-b": ALIKE, "a-b": certain}
        found = placed(stated, {"one": f"a {other}".strip(), "two": "b e"}, agreeing=agreeing)
        assert [each.child for each in found.merged] == ["two"] * is_one
        assert queued(found) == ({} if is_one else {"b": "one-record-between"})


@pytest.mark.parametrize(
    ("best", "other", "joins"),
    [
        (ALIKE, evidence(0.95, contradicts=True, same="given_name"), False),
        (evidence(0.99, same="given_name"), evidence(0.95, contradicts=True, same="given_name"), True),
        (evidence(0.99, same="nhs_number"), evidence(0.95, contradicts=True, same="given_name"), False),
        (called("part"), evidence(0.95, contradicts=True, same="given_name"), False),
        (called("part", "nhs_number"), evidence(0.95, contradicts=True, same="given_name"), True),
        (called("nickname", "nhs_number"), evidence(0.95, contradicts=True, same="given_name"), True),
        (called("similar"), evidence(0.95, contradicts=True, same="given_name"), False),
        (called("similar"), evidence(0.95, bits=1.0, same="given_name"), False),
        (called("close"), evidence(0.95, bits=1.0, same="given_name"), True),
        (ALIKE, evidence(0.95, contradicts=True), True),
        (ALIKE, evidence(0.5, same="given_name"), True),
    ],
)
def test_who_is_called_as_one_child_that_it_contradicts_joins_no_other_without_the_name(
    best: Evidence, other: Evidence, joins: bool
) -> None:
    found = placed({"new-a": best, "new-b": other}, {"one": "a", "two": "b"})
    assert found.child == ("one" if joins else None)
    assert ("ambiguous" in queued(found).values()) is not joins


@pytest.mark.parametrize(("best", "other", "child"), [("Tamsin", "Bronwen", "one"), ("Bronwen", "Tamsin", None)])
def test_whether_a_name_is_a_part_of_the_other_is_asked_of_the_record_that_fits_best(
    best: str, other: str, child: str | None
) -> None:
    stated = {"new-a": called("part", "nhs_number"), "new-z": evidence(0.5)}
    stated["new-b"] = evidence(0.95, contradicts=True, same="given_name")
    one = [Candidate("z", "one", record("z", given_name=other)), Candidate("a", "one", record("a", given_name=best))]
    candidates = [*one, Candidate("b", "two", record("b"))]
    assert place(Stated(stated), "new", record("new"), candidates).child == child


def test_whose_twin_a_record_may_be_is_asked_of_the_child_that_it_fits_best() -> None:
    stated = {"new-a": evidence(0.99, bits=30.0), "new-d": evidence(0.99, same="given_name"), "a-d": LIKELY}
    stated["new-b"] = evidence(0.95, contradicts=True, same="given_name")
    assert placed(stated, {"one": "a", "four": "d", "two": "b"}).child is None


def numbered(probability: float, level: str, field: str = "nhs_number") -> Evidence:
    """Evidence of one given name, and of numbers that agree so far."""
    found = evidence(probability, same="given_name")
    return found._replace(
        levels=tuple(level if name == field else at for name, at in zip(FIELDS, found.levels, strict=True))
    )


@pytest.mark.parametrize(
    ("given", "between", "joins"),
    [
        ("similar", numbered(0.90, "differs"), False),
        ("similar", numbered(0.90, "differs", "upn"), False),
        ("differs", numbered(0.90, "differs"), False),
        ("nickname", numbered(0.90, "differs"), False),
        ("close", numbered(0.90, "differs"), True),
        ("similar", numbered(0.8999, "differs"), True),
        ("similar", numbered(0.90, "absent"), True),
        ("similar", numbered(0.90, "same"), True),
        ("similar", numbered(0.90, "differs")._replace(levels=("close", *numbered(0.90, "differs").levels[1:])), True),
    ],
)
def test_by_a_twins_name_nobody_joins_a_child_that_is_another_one_but_for_a_number(
    given: str, between: Evidence, joins: bool
) -> None:
    found = placed({"new-a": called(given), "a-b": between}, {"one": "a", "two": "b"})
    assert found.child == ("one" if joins else None)


@pytest.mark.parametrize(("size", "joins"), [(400, False), (401, True)])
def test_a_child_of_very_many_records_is_not_compared_for_its_number(size: int, joins: bool) -> None:
    children = {"one": "a", "two": " ".join(f"b{number}" for number in range(size))}
    found = placed({"new-a": called("similar"), "a-b0": numbered(0.90, "differs")}, children)
    assert found.child == ("one" if joins else None)


@pytest.mark.parametrize(
    ("beside", "rule"),
    [(ALIKE, "ambiguous"), (evidence(0.5, bits=9.0), None), (evidence(0.99, bits=6.0), None), (UNLIKE, None)],
)
def test_a_record_fits_a_child_clearly_unless_another_one_is_as_certain(beside: Evidence, rule: str | None) -> None:
    comparer = Stated({"new-a": ALIKE, "new-b": beside, "a-b": CONTRARY})
    members = [Candidate(name, f"child {name}", record(name)) for name in ("new", "a", "b")]
    assert fits_clearly(comparer, "new", members, "child a") == rule


def test_that_a_record_fits_its_own_block_makes_no_other_unclear() -> None:
    comparer = Stated({"new-a": ALIKE, "new-c": ALIKE, "a-c": CONTRARY})
    children = {"new": "own", "c": "own", "a": "child a"}
    members = [Candidate(name, child, record(name)) for name, child in children.items()]
    assert fits_clearly(comparer, "new", members, "child a") is None
