"""How many hidden children have a home or a name in common decides nothing about others."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.child import Child
from domain.matching import Candidate, Comparer, MatchIndex, blocking_keys, features_of
from domain.matching.blocking import MOST_CHILDREN, MOST_HIDDEN, MOST_IN_A_BLOCK
from domain.matching.shared import MOST_FAMILIES
from services.registrar.batch_matcher import BatchMatcher, Described, Placed, is_hidden
from services.registrar.match_index import index_keys
from services.registrar.matcher_settings import load_settings
from tests.domain_rules.matching.people import HOME, record
from tests.domain_rules.matching.test_beside_hidden import HELD, SHIELDED

COMPARER = Comparer(load_settings()).among(1_000)
TIME = "2026-11-01T00:00:00Z"
HIDDEN: Mapping[str, Child] = {"shielded": SHIELDED, "held back": HELD}
PAIR = ("Marchbanks", "Sedley")
"""Two of one given name and birthday, whom the home alone makes one child."""

Particulars = dict[str, Any]


class Batch:
    """Records that are placed one after the other, each in a child of its own where the matcher does not say which."""

    def __init__(
        self, known: Sequence[Candidate] = (), sharers: Mapping[int, Sequence[Candidate]] | None = None
    ) -> None:
        self.matcher = BatchMatcher(COMPARER, known, sharers=sharers or {})
        self.children: dict[str, str] = {each.record: each.child for each in known}

    def add(self, name: str, particulars: Particulars, child: str = "", source: str = "gp") -> Placed:
        """What becomes of a record; with a `child` it is put into that one, whatever the matcher says."""
        features = features_of(particulars, TIME, source=f"urn:agency:{source}")
        keys = index_keys(features)
        met = list(dict.fromkeys(self.children.values()))
        described = Described(particulars, TIME, f"urn:agency:{source}", features, keys, met)
        placed = self.matcher.place(name, described, HIDDEN.get)
        assert placed is not None
        home = child or placed.placement.child or f"child of {name}"
        if child:
            placed = placed._replace(placement=placed.placement._replace(child=child, merged=()))
        self.matcher.put(name, placed, home)
        self.children[name] = home
        self.matcher.know(home, hidden=is_hidden(HIDDEN.get(home)))
        return placed


def living(family_name: str, number: int, **more: Any) -> Particulars:
    """Somebody of the family who lives in the home."""
    names = {"given_name": ["Iris", "Otto", "Nell", "Bram", "Ada"][number], "family_name": family_name}
    return names | {"date_of_birth": f"201{number}-0{number + 1}-11", "address": HOME} | more


def two(batch: Batch) -> list[Placed]:
    """What becomes of the pair."""
    same = {"given_name": "Hugo", "date_of_birth": "2012-07-07", "address": HOME}
    sent = zip(PAIR, ("gp", "school"), strict=True)
    return [batch.add(name, {"family_name": name, **same}, source=source) for name, source in sent]


def visible(placed: Sequence[Placed]) -> list[tuple[str | None, list[str]]]:
    """The child of each, and what is queued of it beside pairs with hidden children."""
    return [
        (each.placement.child, [pair.record for pair in each.placement.suspected if pair.child not in HIDDEN])
        for each in placed
    ]


def with_families(batch: Batch, number: int) -> Batch:
    for n, family in enumerate(["Orrell", "Vane", "Basu", "Quill"][:number]):
        batch.add(family, living(family, n), source="voluntary")
    return batch


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("invented", range(MOST_FAMILIES + 1))
def test_whether_two_are_one_does_not_tell_that_somebody_hidden_lives_with_them(hidden: str, invented: int) -> None:
    one, other = Batch(), Batch()
    one.add("hers", living("Thorn", 4), hidden, "hospital")
    assert visible(two(with_families(one, invented))) == visible(two(with_families(other, invented)))


@pytest.mark.parametrize("hidden", HIDDEN)
def test_who_is_hidden_within_the_batch_counts_from_then_on_no_more(hidden: str) -> None:
    hers = Candidate("hers", "hers", features_of(living("Thorn", 4), TIME, source="urn:agency:hospital"))
    another = hers._replace(record="hers too")
    key = next(each for each in index_keys(hers.features) if each in index_keys(another.features))
    sharers = {each: [hers, another] for each in index_keys(hers.features)}
    assert key in sharers
    visible, since_hidden, never = Batch([hers, another], sharers), Batch([hers, another], sharers), Batch()
    since_hidden.matcher.know("hers", hidden=True)
    placed = [
        two(with_families(batch, MOST_FAMILIES - 1))[-1].placement.child for batch in (visible, since_hidden, never)
    ]
    assert placed == [None, f"child of {PAIR[0]}", f"child of {PAIR[0]}"]


def test_who_is_hidden_no_more_counts_with_every_record() -> None:
    hers = Candidate("hers", "hers", features_of(living("Thorn", 4), TIME, source="urn:agency:hospital"))
    batch = Batch([hers])
    batch.matcher.know("hers", hidden=True)
    batch.matcher.know("hers", hidden=False)
    assert two(with_families(batch, MOST_FAMILIES - 1))[-1].placement.child is None


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.sampled_from(["a", "b", "c"]))
def test_an_index_finds_the_same_whenever_a_child_was_hidden(children: list[str], hidden: str) -> None:
    before, after = MatchIndex(), MatchIndex()
    before.hide(hidden, True)
    for number, child in enumerate(children):
        for index in (before, after):
            index.put(Candidate(str(number), child, record()), ["key"])
    after.hide(hidden, True)
    for index in (before, after):
        assert {each.child for each in index.under("key")} == set(children) - {hidden}
        assert {each.child for each in index.candidates(["key"])} == set(children)
        index.hide(hidden, False)
        assert {each.child for each in index.under("key")} == set(children)


def test_hidden_records_fill_no_block_and_take_nobodys_place() -> None:
    index = MatchIndex()
    for number in range(MOST_IN_A_BLOCK):
        index.put(Candidate(f"r{number}", "many", record()), ["full"])
    for number in range(MOST_CHILDREN):
        index.put(Candidate(f"s{number}", f"seen {number}", record()), ["few"])
    for number in range(2 * MOST_CHILDREN):
        index.hide(f"hidden {number}", True)
        index.put(Candidate(f"h{number}", f"hidden {number}", record()), ["full", "few", f"own {number}"])
    own = [f"own {number}" for number in range(2 * MOST_CHILDREN)]
    found = {each.child for each in index.candidates(["full", "few", *own])}
    visible = {f"seen {number}" for number in range(MOST_CHILDREN)}
    assert len(found - visible - {"many"}) == MOST_HIDDEN
    assert {each.child for each in index.candidates(["full"])} >= {"many"}
    assert visible - found == set()


def test_a_child_that_absorbs_a_hidden_one_has_its_records_as_it_is_itself() -> None:
    index = MatchIndex()
    index.hide("hidden", True)
    index.put(Candidate("h", "hidden", record()), blocking_keys(record()))
    index.put(Candidate("s", "seen", record()), blocking_keys(record()))
    assert index.move("hidden", "seen") == ["h"]
    assert {each.record for each in index.under(blocking_keys(record())[0])} == {"h", "s"}
    index.hide("seen", True)
    assert list(index.under(blocking_keys(record())[0])) == []
