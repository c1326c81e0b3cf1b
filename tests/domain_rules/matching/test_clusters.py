"""Many records: links never chain strangers, work is bounded, and order of arrival changes nothing but the queue."""

import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from domain.matching import Features, blocking_keys, features_of, place
from domain.matching.blocking import MOST_IN_A_BLOCK
from domain.matching.clusters import Clusters
from domain.matching.placement import MOST_SUSPICIONS, Finding
from services.lab.simulate.population import people
from services.lab.simulate.submissions import sent_for
from tests.domain_rules.matching.people import (
    ELSEWHERE,
    HOME,
    ONE_NUMBER,
    OTHER_NUMBER,
    OTHERS,
    RUTH,
    candidate,
    comparer,
    record,
)
from tests.domain_rules.matching.stated import evidence

Described = list[tuple[str, Features]]


def everybody_meets(_: Features) -> list[str]:
    """As if no pair were missed by the blocking keys, whose recall is a figure of its own."""
    return ["all"]


def directory(described: Described, keys: Callable[[Features], list[str]] = blocking_keys) -> Clusters:
    clusters = Clusters(comparer(), keys)
    for name, features in described:
        clusters.describe(name, features)
    return clusters


def linked_pairs(clusters: Clusters) -> set[frozenset[str]]:
    child_of = clusters.child_of()
    return {frozenset(pair) for pair in combinations(child_of, 2) if child_of[pair[0]] == child_of[pair[1]]}


def test_a_record_that_fits_two_makes_them_one_child() -> None:
    one = record("a", address={}, carers=[], nhs_number=ONE_NUMBER, given_name="Unknown")
    other = record("b", family_name="Unknown", address={}, upn="D999417608014", carers=[])
    both = record("c", nhs_number=ONE_NUMBER, upn="D999417608014")
    clusters = directory([("one", one), ("other", other), ("both", both)])
    assert len(set(clusters.child_of().values())) == 1


@pytest.mark.parametrize("likeliest", ["gp", "school"])
def test_of_the_pairs_between_two_children_the_likeliest_is_open(likeliest: str) -> None:
    sister = record("gp", given_name="Bronwen", date_of_birth="2001-11-02")
    clusters = directory([("gp", record("gp")), ("school", record("school")), ("sister", sister)])
    for name in ("gp", "school"):
        found = Finding("sister", "sister", "possible", evidence(0.4 if name == likeliest else 0.2))
        clusters.queue[frozenset((name, "sister"))] = found
    (open_pair,) = clusters.open_pairs().values()
    assert open_pair == clusters.queue[frozenset((likeliest, "sister"))]


def test_links_do_not_chain_records_that_contradict_each_other() -> None:
    """The middle one fits both; they are twins."""
    births = "urn:agency:births"
    ella, elle, middle = (
        record(births, given_name="Bella"),
        record(births, given_name="Stella"),
        record("urn:agency:gp", given_name="Ella"),
    )
    clusters = directory([("bella", ella), ("stella", elle), ("middle", middle)])
    assert clusters.child_of()["bella"] != clusters.child_of()["stella"]
    assert clusters.open_pairs()


def test_what_people_keep_apart_is_never_linked_by_itself_but_queued_again() -> None:
    members = [candidate("one", record()), candidate("other", record(), "one")]
    cannot_link = {("new", "other"), ("other", "new")}
    placement = place(comparer(), "new", record(), members, cannot_link=cannot_link)
    assert (placement.child, placement.merged) == (None, ())
    assert [(found.child, found.rule) for found in placement.suspected] == [("one", "kept-apart")]
    two = [candidate("one", record()), candidate("other", record())]
    placement = place(comparer(), "new", record(), two, cannot_link={("one", "other"), ("other", "one")})
    assert not placement.merged
    assert placement.suspected


def test_an_amendment_that_contradicts_its_child_stays_and_is_said() -> None:
    amended = record(given_name="Meera", date_of_birth="1999-09-09", gender="male")
    members = [candidate("amended", record(), "child"), candidate("other", record(), "child")]
    placement = place(comparer(), "amended", amended, members, own="child")
    assert (placement.child, placement.merged) == ("child", ())
    assert [found.record for found in placement.contradicted] == ["other"]


def test_an_amendment_can_join_its_child_to_another() -> None:
    members = [candidate("amended", record()), candidate("other", record())]
    placement = place(comparer(), "amended", record(), members, own="amended")
    assert [found.child for found in placement.merged] == ["other"]


def test_an_amendment_that_changes_nothing_is_not_decided_again() -> None:
    clusters = directory([("one", record())])
    assert clusters.describe("one", record()) is None


def test_a_thousand_records_at_one_address_are_bounded_work_and_no_chain() -> None:
    """A hostel: one address, one telephone, many children."""
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"

    def name() -> str:
        return "".join(rng.choices(letters, k=8))

    hostel = {"address": HOME, "carers": [{"name": "The Warden", "phone": "01632 960000"}]}

    def born() -> str:
        return f"{rng.randint(1993, 2006)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"

    described = [
        (str(n), record(given_name=name(), family_name=name(), date_of_birth=born(), **hostel)) for n in range(1000)
    ]
    clusters = directory(described)
    assert len(set(clusters.child_of().values())) == 1000
    assert len(clusters.queue) < 100
    assert max(map(len, map(blocking_keys, (features for _, features in described)))) < MOST_IN_A_BLOCK


def test_one_number_on_many_children_queues_few_pairs() -> None:
    names = ["Meera Basu", "Idris Vane", "Olga Smirnova", "Piotr Lis", "Ada Quill", "Bo Zhang"]
    bare = {"address": {}, "carers": [], "nhs_number": ONE_NUMBER}
    described = [
        (name, record(given_name=given, family_name=family, date_of_birth=f"199{n}-0{n + 1}-11", **bare))
        for n, name in enumerate(names)
        for given, family in [name.split()]
    ]
    clusters = directory(described)
    assert len(set(clusters.child_of().values())) == len(names)
    assert 0 < len(clusters.queue) <= MOST_SUSPICIONS * len(names)
    assert {found.rule for found in clusters.queue.values()} == {"shared-number"}


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "given_name": st.sampled_from(["Tamsin", "Tam", "Tasmin", "Bronwen", "Unknown"]),
    "family_name": st.sampled_from(["Orrell", "Orell", "Vane"]),
    "date_of_birth": st.sampled_from([None, "2003-05-17", "2003-05-16", "2001-11-02"]),
    "nhs_number": st.sampled_from([None, None, ONE_NUMBER, OTHER_NUMBER]),
    "address": st.sampled_from([{}, HOME, ELSEWHERE]),
    "carers": st.sampled_from([[], RUTH, OTHERS]),
}
MANY = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.fixed_dictionaries(VALUES)), min_size=2, max_size=7)


@settings(max_examples=300)
@for_all(MANY, st.randoms(use_true_random=False))
def test_any_order_ends_in_the_same_clusters_or_the_difference_is_in_the_queue(drawn: Any, rng: Any) -> None:
    described = [(str(n), record(source, **changes)) for n, (source, changes) in enumerate(drawn)]
    shuffled = list(described)
    rng.shuffle(shuffled)
    one, other = directory(described, everybody_meets), directory(shuffled, everybody_meets)
    for first, second in ((one, other), (other, one)):
        child_of, queued = second.child_of(), second.open_pairs()
        connected = _connected(set(child_of.values()), queued)
        for pair in linked_pairs(first) - linked_pairs(second):
            left, right = (connected[child_of[name]] for name in pair)
            assert left == right


def _connected(children: set[str], queued: Any) -> dict[str, str]:
    """The children that queued pairs join, each by the name of one of them."""
    group = {child: child for child in children}
    for pair in queued:
        one, other = sorted(group[child] for child in pair)
        group = {child: one if name == other else name for child, name in group.items()}
    return group


@for_all(MANY)
def test_the_same_again_changes_nothing(drawn: Any) -> None:
    described = [(str(n), record(source, **changes)) for n, (source, changes) in enumerate(drawn)]
    clusters = directory(described)
    before = dict(clusters.child_of())
    assert all(clusters.describe(name, features) is None for name, features in described)
    assert clusters.child_of() == before


def test_a_simulated_county_is_put_together() -> None:
    clusters, person_of, alike = Clusters(comparer()), {}, set()
    for person in people(600, seed=20261124):
        if person.look_alike is not None:
            alike.add((person.look_alike, person.number))
        for held in person.records:
            for submission in (each.submission("id") for each in sent_for(held)):
                if submission["type"] == "child.registered":
                    name = f"{submission['source']} {submission['subject']}"
                    person_of[name] = person.number
                    features = features_of(submission["data"], submission["time"], source=submission["source"])
                    clusters.describe(name, features)
    linked = linked_pairs(clusters)
    true = {frozenset(pair) for pair in combinations(person_of, 2) if person_of[pair[0]] == person_of[pair[1]]}
    assert len(linked & true) >= 0.999 * len(linked)
    assert len(linked & true) >= 0.99 * len(true)
    wrong = {frozenset(person_of[name] for name in pair) for pair in linked - true}
    assert not wrong & set(map(frozenset, alike))
