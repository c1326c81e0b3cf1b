"""What the figures of `identity evaluate` mean, on clusters small enough to count by hand."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.lab.matching.metrics import Mixed, Rates, accuracy, worst
from services.lab.matching.rivals.best_threshold import best_cluster_f1

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


def test_the_best_threshold_stops_before_links_that_are_wrong() -> None:
    links = [(9.0, "a1", "a2"), (8.0, "b1", "b2"), (7.0, "a2", "a3"), (1.0, "a1", "b1")]
    assert best_cluster_f1(links, TRUE) == 1.0
    assert best_cluster_f1([], TRUE) == pytest.approx(2 * 1 / (6 + 3))
    assert best_cluster_f1([(9.0, "a1", "b1"), (9.0, "a1", "a2")], TRUE) == pytest.approx(2 * 1 / (4 + 3))


def test_the_worst_children_are_those_that_mix_most_records_of_several_people() -> None:
    found = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3, "g": 3, "h": 4}
    true = {"a": "x", "b": "x", "c": "y", "d": "z", "e": "z", "f": "u", "g": "v", "h": "x"}
    assert worst(found, true) == [Mixed(3, 2, 2), Mixed(2, 2, 1)]
    assert worst(found, true, most=1) == [Mixed(3, 2, 2)]
    assert worst(true, true) == []
