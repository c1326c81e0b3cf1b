"""What becomes of a record, as far as others see it, is the same whatever sensitive agencies know."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching import Candidate, Comparer, Features, features_of
from domain.matching.confided import place_openly
from domain.matching.placement import BRIDGE, Placement
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.match_index import index_keys
from services.registrar.matcher_settings import load_settings

COMPARER = Comparer(load_settings()).among(1_000)
TIME = "2026-11-01T00:00:00Z"
CLINIC, OTHERS = "urn:agency:clinic", ("urn:agency:la", "urn:agency:gp", "urn:agency:vol")
SENSITIVE = frozenset({CLINIC})
NUMBERS = ("9990000018", "9990000026")
HERS = {"given_name": "Ziseke", "family_name": "Sizara", "date_of_birth": "2015-03-04", "gender": "female"}
HIS = {"given_name": "Gillezo", "family_name": "Tabordor", "date_of_birth": "2014-06-20", "gender": "male"}
HOMES = ({"lines": ["7 Harbour Row"], "postcode": "ZX7 7QQ"}, {"lines": ["1 Moss Lane"], "postcode": "ZX1 1AA"})


def described(source: str, **data: Any) -> Features:
    return features_of(data, TIME, source=source)


def decided(record: Features, candidates: Sequence[Candidate], own: str | None = None) -> Placement:
    return place_openly(COMPARER, "r", record, candidates, own=own, sensitive=SENSITIVE)


def openly(placement: Placement, known: set[str]) -> Mapping[str, Any]:
    """What of a placement shows to others: with whom of them the record is, and what waits in the queue of them."""
    return {
        "child": placement.child if placement.child in known else None,
        "merged": {each.child for each in placement.merged} & known,
        "suspected": {(each.record, each.rule) for each in placement.suspected if each.child in known},
        "contradicted": [each.record for each in placement.contradicted],
    }


PARTICULARS = st.builds(
    lambda base, other, number, home, left_out: {
        name: value
        for name, value in {**base, "family_name": other["family_name"], "nhs_number": number, "address": home}.items()
        if name not in left_out
    },
    st.sampled_from([HERS, HERS, HIS]),
    st.sampled_from([HERS, HIS]),
    st.sampled_from(NUMBERS),
    st.sampled_from(HOMES),
    st.sets(st.sampled_from(["date_of_birth", "gender", "nhs_number", "address"]), max_size=3),
)
MEMBERS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(OTHERS), PARTICULARS), max_size=4)
CONFIDED = st.lists(st.tuples(st.integers(0, 4), PARTICULARS), min_size=1, max_size=3)


@settings(max_examples=300, deadline=None)
@given(PARTICULARS, MEMBERS, CONFIDED, st.booleans())
def test_of_an_ordinary_record_others_see_the_same(
    probe: Mapping[str, Any], members: list[Any], confided: list[Any], is_known: bool
) -> None:
    plain = [
        Candidate(f"o{n}", f"c{child}", described(source, **data)) for n, (child, source, data) in enumerate(members)
    ]
    secret = [Candidate(f"s{n}", f"c{child}", described(CLINIC, **data)) for n, (child, data) in enumerate(confided)]
    record = described(OTHERS[0], **probe)
    own = "c0" if is_known else None
    known = {each.child for each in plain} | ({own} if own else set())
    with_secret = openly(decided(record, [*secret, *plain], own), known)
    assert with_secret == openly(decided(record, plain, own), known)


def met_and_decided(data: Mapping[str, Any], candidates: Sequence[Candidate]) -> Placement:
    """The decision for a record that is compared with the children who have a record under one of its keys."""
    features = described(OTHERS[0], **data)
    keys = index_keys(features)
    met = {each.child for each in candidates if not set(keys).isdisjoint(index_keys(each.features))}
    there = [each for each in candidates if each.child in met]
    placed = BatchMatcher(COMPARER, there, sensitive=SENSITIVE).place(
        "r", Described(data, TIME, OTHERS[0], features, keys, sorted(met))
    )
    assert placed
    return placed.placement


@settings(max_examples=300, deadline=None)
@given(PARTICULARS, MEMBERS, CONFIDED)
def test_an_ordinary_record_meets_the_same_children(
    probe: Mapping[str, Any], members: list[Any], confided: list[Any]
) -> None:
    plain = [
        Candidate(f"o{n}", f"c{child}", described(source, **data)) for n, (child, source, data) in enumerate(members)
    ]
    secret = [Candidate(f"s{n}", f"c{child}", described(CLINIC, **data)) for n, (child, data) in enumerate(confided)]
    known = {each.child for each in plain}
    assert openly(met_and_decided(probe, [*secret, *plain]), known) == openly(met_and_decided(probe, plain), known)


def test_a_clinics_record_keeps_no_two_children_apart_that_an_ordinary_one_joins() -> None:
    """Its record is one with the clinic's child by what it once said, and with another by what it says now."""
    hostile = Candidate("h", "two", described("urn:agency:vol", **HIS, address=HOMES[0]))
    clinic = Candidate("k", "clinics", described(CLINIC, **HERS, nhs_number=NUMBERS[0]))
    before = described("urn:agency:gp", **HERS, nhs_number=NUMBERS[0])
    now = features_of({**HIS, "address": HOMES[0]}, TIME, before, "urn:agency:gp")
    for candidates in ([hostile], [clinic, hostile]):
        assert decided(now, candidates).child == "two"
    assert decided(now, [clinic, hostile]).suspected[0].child == "clinics"


def test_an_ordinary_record_takes_a_child_over_whom_a_clinic_alone_knows() -> None:
    clinic = Candidate("k", "clinics", described(CLINIC, **HERS, nhs_number=NUMBERS[0]))
    found = decided(described("urn:agency:gp", **HERS, nhs_number=NUMBERS[0]), [clinic])
    assert (found.child, [each.child for each in found.merged]) == (None, ["clinics"])


def test_a_clinics_record_that_fits_two_children_of_others_makes_them_no_one() -> None:
    one = Candidate("1", "one", described("urn:agency:gp", **HERS, nhs_number=NUMBERS[0]))
    two = Candidate("2", "two", described("urn:agency:la", **HERS, nhs_number=NUMBERS[0], address=HOMES[0]))
    found = decided(described(CLINIC, **HERS, nhs_number=NUMBERS[0], address=HOMES[0]), [one, two])
    assert found.child is not None
    assert not found.merged
    assert [each.rule for each in found.suspected] == [BRIDGE]


def test_a_clinics_record_that_fits_the_clinics_child_brings_it_to_one_child_of_others() -> None:
    hers = {**HERS, "address": HOMES[0]}
    clinics = Candidate("k", "clinics", described(CLINIC, **hers, nhs_number=NUMBERS[0]))
    one, two = (Candidate(source, source, described(source, **hers)) for source in OTHERS[:2])
    found = decided(described(CLINIC, **hers, nhs_number=NUMBERS[0]), [one, two, clinics])
    assert (found.child, [each.child for each in found.merged]) == ("clinics", [OTHERS[0]])
    assert [(each.child, each.rule) for each in found.suspected] == [(OTHERS[1], BRIDGE)]


def test_what_an_amended_record_said_before_does_not_keep_it_from_whom_a_clinic_alone_knows() -> None:
    before = Candidate("r", "own", described("urn:agency:gp", **HIS, nhs_number=NUMBERS[1]))
    clinics = Candidate("k", "clinics", described(CLINIC, **HERS, nhs_number=NUMBERS[0]))
    found = decided(described("urn:agency:gp", **HERS, nhs_number=NUMBERS[0]), [before, clinics], "own")
    assert (found.child, [each.child for each in found.merged]) == ("own", ["clinics"])


def test_a_child_whom_a_clinic_alone_knows_follows_a_record_to_the_child_that_it_joins() -> None:
    hers = {**HERS, "nhs_number": NUMBERS[0]}
    one = Candidate("1", "one", described("urn:agency:gp", **hers))
    clinics = Candidate("k", "clinics", described(CLINIC, **hers))
    his = Candidate("2", "two", described("urn:agency:gp", **HIS, nhs_number=NUMBERS[1]))
    clinics_too = Candidate("m", "another of the clinic", described(CLINIC, **HIS, nhs_number=NUMBERS[1]))
    for source in ("urn:agency:la", CLINIC):
        found = decided(described(source, **hers, address=HOMES[0]), [one, his, clinics, clinics_too])
        assert {found.child, *(each.child for each in found.merged)} == {"one", "clinics"}
        assert not found.suspected
