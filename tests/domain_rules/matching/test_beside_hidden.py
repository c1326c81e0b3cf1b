"""What becomes of a record that meets a shielded child is the same wherever the child is hidden."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.child import Child
from domain.child.shield import Shield
from domain.matching import Candidate, Comparer, features_of
from domain.matching.beside_hidden import (
    LIKE_SHIELDED,
    MOST_NAMED,
    WITHHELD,
    Candidates,
    HiddenPlacement,
    place_beside_hidden,
    visible_keys,
    visible_part,
    withheld,
)
from services.registrar.batch_matcher import BatchMatcher, Described, Placed
from services.registrar.match_index import index_keys
from services.registrar.matcher_settings import load_settings

COMPARER = Comparer(load_settings()).among(1_000)
TIME = "2026-11-01T00:00:00Z"
HERS = {"given_name": "Fenella", "family_name": "Orrell", "date_of_birth": "2015-03-04", "gender": "female"}
NUMBER = "9990000018"
REFUGE = {"lines": ["7 Harbour Row"], "postcode": "ZX7 7QQ"}
WHEREABOUTS: tuple[Mapping[str, Any], ...] = (
    {},
    {"address": REFUGE},
    {"address": {"lines": ["1 Moss Lane"], "postcode": "ZX1 1AA"}},
    {"address": REFUGE, "carers": [{"name": "Grace Orrell", "phone": "07700 900777"}]},
)


def a_child(**changes: Any) -> Child:
    """A child as far as the matcher asks."""
    made = object.__new__(Child)
    made.shield, made.held_back, made.like_shielded, made.is_closed, made.closed_for = None, set(), {}, False, {}
    for name, value in changes.items():
        setattr(made, name, value)
    return made


SHIELDED = a_child(shield=Shield("2026-10-01T00:00:00Z", "2027-04-01", "E06999001"))
PLAIN, HELD = a_child(), a_child(held_back={"h"})
CHILDREN = {"shielded": SHIELDED, "plain": PLAIN, "held": HELD}


def placed(
    probe: Mapping[str, Any],
    hidden: Mapping[str, Any],
    others: tuple[Candidate, ...] = (),
    own: str | None = None,
    cannot_link: frozenset[tuple[str, str]] = frozenset(),
) -> Placed | None:
    """What becomes of an agency's new record, or of that of the child `own`, where the shielded child is so."""
    full = features_of({**HERS, "nhs_number": NUMBER, **hidden}, TIME, source="urn:agency:la")
    frozen = [Candidate("s", "shielded", visible_part(full))]
    before = [Candidate("r", own, features_of({"family_name": "Else"}, TIME, source="urn:agency:vol"))] if own else []
    matcher = BatchMatcher(COMPARER, [Candidate("s", "shielded", full), *others, *before], cannot_link)
    features = features_of(probe, TIME, source="urn:agency:vol")
    met = [each.child for each in others]
    if not set(index_keys(features)).isdisjoint(index_keys(full)):
        met.insert(0, "shielded")
    described = Described(probe, TIME, "urn:agency:vol", features, index_keys(features), met, frozen)
    return matcher.place("r", described, CHILDREN.get)


PROBES = st.fixed_dictionaries(
    {"family_name": st.sampled_from(["Orrell", "Marlow"])},
    optional={
        "given_name": st.sampled_from(["Fenella", "Fenela", "Ottoline"]),
        "date_of_birth": st.sampled_from(["2015-03-04", "2015-04-03", "2011-01-01"]),
        "gender": st.sampled_from(["female", "male"]),
        "nhs_number": st.sampled_from([NUMBER, "9990000026"]),
        "address": st.sampled_from([REFUGE, {"postcode": "ZX7 7QQ"}, {"postcode": "ZX1 1AA"}]),
        "carers": st.just([{"name": "Grace Orrell", "phone": "07700 900777"}]),
    },
)


def known(name: str, kind: str, **particulars: Any) -> Candidate:
    return Candidate(name, kind, features_of({**HERS, **particulars}, TIME, source="urn:agency:gp"))


@settings(max_examples=300, deadline=None)
@given(
    PROBES,
    st.lists(st.tuples(st.sampled_from(["plain", "held"]), PROBES), max_size=3),
    st.sampled_from([None, "plain", "held"]),
)
def test_nothing_that_becomes_of_a_record_tells_where_a_shielded_child_is(
    probe: Mapping[str, Any], others: list[tuple[str, Mapping[str, Any]]], own: str | None
) -> None:
    there = tuple(
        Candidate(f"o{number}", kind, features_of(each, TIME, source="urn:agency:gp"))
        for number, (kind, each) in enumerate(others)
    )
    first, *rest = (placed(probe, each, there, own) for each in WHEREABOUTS)
    assert all(each == first for each in rest)


@pytest.mark.parametrize("hidden", WHEREABOUTS)
@pytest.mark.parametrize("address", [REFUGE, {"postcode": "ZX1 1AA"}])
def test_a_record_that_is_like_a_shielded_child_is_held_back_whether_or_not_it_names_the_right_home(
    hidden: Mapping[str, Any], address: Mapping[str, Any]
) -> None:
    found = placed({**HERS, "address": address}, hidden)
    assert found is not None
    assert (found.placement.child, found.like, found.alone) == (None, ["s"], True)
    assert [each.rule for each in found.placement.suspected] == [LIKE_SHIELDED]


def test_a_first_name_alone_is_like_nobody_whatever_home_it_names() -> None:
    found = placed({"given_name": "Fenella", "family_name": "Marlow", "address": REFUGE}, {"address": REFUGE})
    assert found is not None
    assert (found.placement.child, found.like) == (None, [])


def test_who_names_the_childs_number_joins_it() -> None:
    found = placed({**HERS, "nhs_number": NUMBER}, {"address": REFUGE})
    assert found is not None
    assert (found.placement.child, found.like) == ("shielded", [])


def test_what_is_compared_of_a_shielded_child_tells_neither_where_it_is_nor_who_has_told_of_it() -> None:
    full = {**HERS, "nhs_number": NUMBER, "address": REFUGE, "carers": [{"name": "Grace", "phone": "07700 900777"}]}
    hidden = features_of(full, TIME, source="urn:agency:la")
    assert visible_part(hidden) == features_of({**HERS, "nhs_number": NUMBER}, TIME)


HER_RECORD = features_of({**HERS, "nhs_number": NUMBER}, TIME, source="urn:agency:vol")


def decided(
    shielded: Sequence[Candidate], others: Sequence[Candidate] = (), told_apart: Sequence[tuple[str, str]] = ()
) -> HiddenPlacement:
    """What becomes of her new record `r`, where a steward has told these pairs of records apart."""
    pairs = frozenset(pair for one, other in told_apart for pair in ((one, other), (other, one)))
    candidates = Candidates(shielded, [], others)
    return place_beside_hidden(
        COMPARER, "r", HER_RECORD, HER_RECORD, candidates, own=None, own_is_hidden=False, cannot_link=pairs
    )


def hidden(record: str, child: str, **particulars: Any) -> Candidate:
    """A record of a shielded child, as much of it as is compared."""
    return Candidate(record, child, visible_part(features_of({**HERS, **particulars}, TIME)))


def test_where_a_record_names_one_shielded_childs_number_another_that_it_is_like_is_queued_beside() -> None:
    found = decided([hidden("s", "hers", nhs_number=NUMBER), hidden("t", "another", gender="male")])
    assert (found.placement.child, found.like) == ("hers", ())
    assert [each.record for each in found.placement.suspected] == ["t"]


def test_a_record_that_a_steward_has_told_apart_from_any_record_of_a_shielded_child_is_like_it_no_more() -> None:
    shielded = [hidden("s", "hers"), hidden("t", "hers")]
    assert {each.record for each in decided(shielded).like} == {"s", "t"}
    assert decided(shielded, told_apart=[("r", "s")]).like == ()


def test_a_record_names_all_records_of_a_shielded_child_that_it_is_like_and_no_others() -> None:
    shielded = [
        hidden("s", "hers", date_of_birth="2015-03-05"),
        hidden("t", "hers"),
        hidden("u", "hers", given_name="Ottoline", family_name="Marlow", date_of_birth="2011-01-01"),
        hidden("v", "another's", date_of_birth="2015-04-03"),
    ]
    found = decided(shielded)
    *likeliest, further = [each.record for each in found.like]
    assert (set(likeliest), further) == ({"t", "v"}, "s")
    assert [each.record for each in found.placement.suspected] == [*likeliest, further]
    assert {each.rule for each in found.placement.suspected} == {LIKE_SHIELDED}


def test_of_very_many_records_of_a_shielded_child_the_likeliest_are_named() -> None:
    shielded = [hidden(f"s{n:02}", "hers", gender="male" if n < 5 else "female") for n in range(MOST_NAMED + 5)]
    named = [each.record for each in decided(shielded).like]
    assert len(named) == MOST_NAMED
    assert set(named) == {f"s{n:02}" for n in range(5, MOST_NAMED + 5)}


def test_further_records_of_a_shielded_child_take_nobodys_place_in_the_queue() -> None:
    shielded = [hidden(f"s{n}", "hers") for n in range(8)]
    namesake = known("n", "plain", address=REFUGE)
    queued = [each.record for each in decided(shielded, [namesake]).placement.suspected]
    assert len(queued) == 9
    assert queued[1] == "n"


def test_where_a_record_joins_a_shielded_child_by_its_number_no_record_of_that_one_is_queued() -> None:
    found = decided([hidden("s", "hers", nhs_number=NUMBER), hidden("t", "hers"), hidden("u", "hers")])
    assert (found.placement.child, found.like, found.placement.suspected) == ("hers", (), ())


def test_a_record_that_may_be_a_shielded_childs_joins_no_other_child_until_a_steward_has_decided() -> None:
    """Its namesake's address may be the refuge's, and so may its own."""
    namesake = known("n", "plain", address=REFUGE)
    probe = {**HERS, "address": REFUGE}
    found = placed(probe, {}, (namesake,))
    assert found is not None
    assert (found.placement.child, found.like, {each.record for each in found.placement.suspected}) == (
        None,
        ["s"],
        {"s", "n"},
    )
    apart = frozenset({("n", "s"), ("s", "n")})
    decided = placed(probe, {}, (namesake,), None, apart)
    assert decided is not None
    assert (decided.placement.child, decided.like) == ("plain", [])


@pytest.mark.parametrize(
    ("told_apart", "joined"),
    [
        ([("n", "s"), ("n", "t")], "plain"),
        ([("n", "s")], None),
        ([("m", "s"), ("m", "t")], None),
        ([], None),
    ],
    ids=["from both", "from one of them", "a third one", "nobody"],
)
def test_a_record_joins_a_child_that_a_steward_has_told_apart_from_every_shielded_one_that_it_is_like(
    told_apart: Sequence[tuple[str, str]], joined: str | None
) -> None:
    shielded = [hidden("s", "child of s"), hidden("t", "child of t")]
    others = [known("n", "plain"), known("m", "another", given_name="Ottoline", date_of_birth="2011-01-01")]
    found = decided(shielded, others, told_apart)
    assert found.placement.child == joined
    assert {each.record for each in found.like} == (set() if joined else {"s", "t"})


def test_nothing_joins_a_child_that_is_held_back() -> None:
    held = known("h", "held", date_of_birth="2011-01-01", nhs_number="9990000026", given_name="Ottoline")
    probe = {
        "given_name": "Ottoline",
        "family_name": "Orrell",
        "date_of_birth": "2011-01-01",
        "nhs_number": "9990000026",
    }
    found = placed(probe, {}, (held,))
    assert found is not None
    assert (found.placement.child, found.like) == (None, [])
    assert [each.record for each in found.placement.suspected] == ["h"]


def test_an_amended_record_is_held_back_by_what_it_says_now() -> None:
    found = placed(HERS, {}, own="plain")
    assert found is not None
    assert (found.placement.child, found.like, found.alone) == ("plain", ["s"], True)
    beside = placed(HERS, {}, (known("o", "plain", given_name="Ottoline"),), own="plain")
    assert beside is not None
    assert (beside.like, beside.alone) == (["s"], False)


def test_what_is_withheld_waits_for_a_steward_behind_the_queue_and_what_waits_already_stays() -> None:
    found = placed(HERS, {}, (known("n", "plain"),))
    assert found is not None
    behind = withheld(found.placement, ["s"], ())
    assert {each.rule for each in found.placement.suspected} == {LIKE_SHIELDED}
    assert {each.rule for each in behind.suspected} == {WITHHELD}
    assert [each.record for each in behind.suspected] == [each.record for each in found.placement.suspected]
    assert withheld(found.placement, ["s"], ["s"]).suspected == ()
    like_another = withheld(found.placement, ["s"], ["that-of-another-child"])
    assert [(each.record, each.rule) for each in like_another.suspected] == [("s", WITHHELD)]


def test_what_waits_for_another_reason_is_not_withheld() -> None:
    found = placed(HERS, {}, (known("n", "plain"),))
    assert found is not None
    first, *others = found.placement.suspected
    possible = [each._replace(rule="possible") for each in others]
    mixed = found.placement._replace(suspected=(*possible, first))
    assert withheld(mixed, ["s"], ()).suspected == (first._replace(rule=WITHHELD), *possible)
    assert withheld(mixed, ["s"], ["s"]).suspected == tuple(possible)


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({}, "zFNLORL d2015-03-04FNL d2015-03-04ORL"),
        ({"date_of_birth": None}, "zFNLORL"),
        ({"family_name": "Unknown"}, "d2015-03-04FNL"),
        ({"family_name": "Unknown", "date_of_birth": None, "upn": "D999417608014"}, "uD999417608014"),
        (
            {"date_of_birth": None, "nhs_number": NUMBER, "former_nhs_numbers": ["9990000026"], "address": REFUGE},
            f"n{NUMBER} n9990000026 zFNLORL",
        ),
    ],
)
def test_a_record_meets_a_shielded_child_by_a_number_the_whole_name_or_a_birthday_and_a_name(
    changes: dict[str, Any], keys: str
) -> None:
    assert visible_keys(features_of({**HERS, **changes}, TIME)) == keys.split()
