"""A steward's decision where records lie otherwise than when it was taken."""

import pytest

from services.lab.matching.replay.match_state import MatchState
from services.lab.matching.replay.queue import Judged
from services.lab.matching.replay.rulings import Ruling, Rulings


def match_state(**children: str) -> MatchState:
    """Children with their records, each a letter."""
    made = MatchState()
    for child, records in children.items():
        for record in records:
            made.membership.put(record, child)
    return made


def children(of: MatchState) -> set[str]:
    return {"".join(sorted(records)) for records in of.membership.children.values()}


def ruled(of: MatchState, *rulings: Ruling) -> MatchState:
    applied = Rulings(set())
    for ruling in rulings:
        applied.apply(of, ruling)
    return of


def test_a_merge_takes_along_who_is_with_the_records_named() -> None:
    assert children(ruled(match_state(x="ab", y="cd", z="e"), Ruling("merged", "a", "c", "x"))) == {"abcd", "e"}


def test_a_merge_leaves_who_has_to_be_kept_apart() -> None:
    kept = Ruling("dismissed", "a", "d", "y")
    assert children(ruled(match_state(x="ab", y="cd"), kept, Ruling("merged", "a", "c", "x"))) == {"abc", "d"}


def test_a_merge_gathers_what_was_one_child_in_the_log() -> None:
    assert children(ruled(match_state(x="a", y="b", z="c"), Ruling("merged", "ab", "c", "x"))) == {"abc"}


@pytest.mark.parametrize("kind", ["split", "dismissed"])
def test_parted_records_leave_together_and_what_is_apart_stays(kind: str) -> None:
    parted = ruled(match_state(x="abcd", y="e"), Ruling(kind, "a", "cde", "y"))
    assert children(parted) == {"ab", "cd", "e"}
    assert parted.membership.records_of("y") == ["e"]


def test_what_is_dismissed_leaves_the_queue() -> None:
    queued = match_state(x="a", y="b", z="c")
    for other in "bc":
        queued.suspected.put("a", other, Judged("possible", 0.5))
    left = ruled(queued, Ruling("dismissed", "a", "b", "y"))
    assert [(one, other) for one, other, _ in left.suspected] == [("a", "c")]


def test_removed_records_are_nobodys() -> None:
    ruled_on = ruled(match_state(x="a"), Ruling("merged", "ab", "c", "x"), Ruling("split", "a", "b", "y"))
    assert children(ruled_on) == {"a"}
