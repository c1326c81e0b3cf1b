"""What the figures of `identity evaluate` mean, on clusters small enough to count by hand."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.lab.matching.corpus import Corpus, ReportedRecord
from services.lab.matching.metrics import Mixed, Rates, accuracy, worst
from services.lab.matching.rivals.columns import columns
from services.lab.matching.rivals.exact_rule import link_exactly
from services.lab.matching.rivals.hoped_threshold import Link, clusters, hoped_threshold

TRUE = {"a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b", "c1": "c"}


def test_what_is_put_together_rightly_is_right_in_every_way() -> None:
    assert accuracy(TRUE, TRUE) == ((1.0, 1.0), (1.0, 1.0), (1.0, 1.0))


def test_two_people_taken_for_one_and_one_person_taken_for_two() -> None:
    found = {"a1": 1, "a2": 1, "a3": 2, "b1": 3, "b2": 3, "c1": 3}
    pairs, clusters, records = accuracy(found, TRUE)
    assert pairs == pytest.approx((2 / 4, 2 / 4))
    assert clusters == (0.0, 0.0)
    assert records.precision == pytest.approx((1 + 1 + 1 + 2 / 3 + 2 / 3 + 1 / 3) / 6)
    assert records.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)


def test_a_cluster_counts_only_where_it_holds_exactly_the_right_records() -> None:
    found = {"a1": 1, "a2": 1, "a3": 1, "b1": 2, "b2": 3, "c1": 4}
    assert accuracy(found, TRUE).clusters == pytest.approx((2 / 4, 2 / 3))


def test_f1_is_the_harmonic_mean_and_nothing_where_both_are_nothing() -> None:
    assert Rates(0.5, 1.0).f1 == pytest.approx(2 / 3)
    assert Rates(0.0, 0.0).f1 == 0.0


LABELS = st.dictionaries(st.text("abc", min_size=1), st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1)


@for_all(LABELS)
def test_swapping_what_was_found_and_what_is_true_swaps_precision_and_recall(
    labels: dict[str, tuple[int, int]],
) -> None:
    one = {record: first for record, (first, _) in labels.items()}
    other = {record: second for record, (_, second) in labels.items()}
    for forth, back in zip(accuracy(one, other), accuracy(other, one), strict=True):
        assert forth == pytest.approx(tuple(reversed(back)))
        assert 0 <= forth.f1 <= 1


def test_links_are_taken_from_the_threshold_on_that_promises_most() -> None:
    links = [Link(0.99, "a1", "a2"), Link(0.98, "b1", "b2"), Link(0.9, "a2", "a3"), Link(0.05, "a1", "b1")]
    assert hoped_threshold(links) == 0.9
    found = clusters(TRUE, links)
    assert accuracy(found, TRUE) == accuracy(TRUE, TRUE)


def test_where_nothing_is_linked_each_record_stays_alone() -> None:
    assert clusters(TRUE, []) == {record: record for record in TRUE}


def test_other_tools_are_given_what_each_record_says_in_the_end() -> None:
    first = {"given_name": "Ada", "family_name": "Unknown", "date_of_birth": "2000-02-03", "nhs_number": "9990001111"}
    moved = {"given_name": "Ada", "family_name": "Moss", "address": {"lines": ["1 Mill Lane"], "postcode": "ZA1 1AA"}}
    reported = [
        ReportedRecord("a1", "a", "2008-01-01", first, "gp"),
        ReportedRecord("a1", "a", "2008-02-01", moved, "gp"),
        ReportedRecord("a2", "a", "2008-03-01", {**first, **moved}, "school"),
        ReportedRecord("b1", "b", "2008-03-01", {"given_name": "Ada", "family_name": "Moss"}, "school"),
    ]
    rows = columns(Corpus("two children", reported, []))
    assert rows[0] == {**rows[1], "unique_id": "a1"}
    assert rows[0] | {"given_name": "ada", "line_1": "1 mill lane", "carer": None, "gender": None} == rows[0]
    assert link_exactly(rows) == {"a1": "a1", "a2": "a1", "b1": "b1"}


def test_the_worst_children_are_those_that_mix_most_records_of_several_people() -> None:
    found = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3, "g": 3, "h": 4}
    true = {"a": "x", "b": "x", "c": "y", "d": "z", "e": "z", "f": "u", "g": "v", "h": "x"}
    assert worst(found, true) == [Mixed(3, 2, 2), Mixed(2, 2, 1)]
    assert worst(found, true, most=1) == [Mixed(3, 2, 2)]
    assert worst(true, true) == []
