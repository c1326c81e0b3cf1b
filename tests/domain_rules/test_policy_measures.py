"""Measures against a second, naive reckoning day by day, and properties of them for arbitrary records."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.inclusion_policy import LISTS, Judge, Policy, Tallies, figures, policy_history, to_tens
from domain.inclusion_policy.contacts import wilson
from domain.inclusion_policy.figures import percentile
from domain.inclusion_policy.information import mutual_information_bits, stigma_bits
from domain.reports import findings
from domain.timeline import Fact, FactKind, records_of, timeline_cursor
from services.inclusion_policy.comparison import Comparison, ComparisonQuery
from services.inclusion_policy.policy_file import read_policy
from services.inclusion_policy.shipped import SHIPPED, shipped, shipped_model
from tests.support.simulated_facts import KINDS, simulated

ON = "2008-03-01"
OWN = read_policy(
    "own.yaml",
    "name: own\nversion: 1\ntitle: Own\nsays: Own.\n"
    "listed:\n  any:\n    - flag: [domestic-abuse, information-to-share]\n"
    "    - all: [served_by: [local-authority], age: {from: 5, until: 15}]\n    - known_to: [police]\n"
    "until: [died, age: 16]\nstays: 200 days\ndecision: true\n",
)
POLICIES = [*map(shipped, SHIPPED), OWN]

FLAGS = ("looked-after", "domestic-abuse", "common-assessment", "information-to-share")
SERVICES = ("gp", "education", "social-care", "housing", "police")
SOURCES = sorted(source for source, kind in KINDS.items() if kind != "sensitive-service")


@st.composite
def record(draw: st.DrawFn) -> list[tuple[str, int, str]]:
    """What one agency tells: kind, day and word; ends find what they end by the word."""
    days = st.integers(0, 6000)
    working = st.tuples(st.sampled_from(("started", "ended")), days, st.sampled_from(SERVICES))
    flagged = st.tuples(st.sampled_from(("raised", "lowered")), days, st.sampled_from(FLAGS))
    return draw(st.lists(working | flagged))


@st.composite
def records(draw: st.DrawFn) -> list[list[Fact]]:
    """The facts of each record of one child."""
    return [
        _facts(f"r{nth}", draw(st.sampled_from(SOURCES)), draw(st.integers(0, 6000)), changes)
        for nth, changes in enumerate(draw(st.lists(record(), min_size=1, max_size=4)))
    ]


def _facts(stream: str, source: str, registered: int, changes: list[tuple[str, int, str]]) -> list[Fact]:
    made = [_fact(stream, 1, FactKind.REGISTERED, 0, registered, source, "1994-05-06")]
    for version, (kind, day, word) in enumerate(changes, 2):
        made.append(_fact(stream, version, kind, sum(map(ord, word)), day, source, word))
    return made


def _fact(stream: str, version: int, kind: str, number: int, day: int, source: str, word: str) -> Fact:
    on = (date(1995, 1, 1) + timedelta(days=day)).isoformat()
    return Fact(stream, version, kind, number, on, f"{on}T09:00:00Z", source, word, None, True)


def judges() -> list[Judge]:
    return [Judge(policy, KINDS) for policy in POLICIES]


AGES = sorted(frozenset[int]().union(*(policy.ages for policy in POLICIES)))


def history(facts: list[Fact], on: str = ON) -> Any:
    return policy_history(facts, judges(), AGES, on)


@given(st.data(), records())
def test_any_order_of_records_gives_the_same(data: st.DataObject, child: list[list[Fact]]) -> None:
    mixed = data.draw(st.permutations(child))
    one, other = (history([fact for record in each for fact in record], "2015-01-01") for each in (child, mixed))
    assert (one is None) == (other is None)
    if one:
        for name in ("known_from", "needs", "listed", "dropped", "meetings"):
            assert getattr(one, name) == getattr(other, name)


@given(records(), st.integers(0, 7000))
def test_universal_lists_from_the_first_registration_on(child: list[list[Fact]], until: int) -> None:
    on = (date(1995, 1, 1) + timedelta(days=until)).isoformat()
    first = min(facts[0].day for facts in child)
    found = history([fact for record in child for fact in record], on)
    assert (found is None) == (on < first)
    if found:
        assert found.listed[0] == [(first, None)]


@given(st.lists(st.lists(records(), max_size=4), min_size=3, max_size=3))
@settings(max_examples=40)
def test_tallies_add_up_in_any_way(parts: list[list[list[list[Fact]]]]) -> None:
    def counted(*populations: list[list[list[Fact]]]) -> Tallies:
        tallies = Tallies(judges(), ON)
        for own_records in (child for population in populations for child in population):
            if found := history([fact for record in own_records for fact in record]):
                tallies.count("c", found, [{}] * len(POLICIES))
        return tallies

    a, b, c = map(counted, parts)
    whole = counted(*parts)
    for sums in ((a + b) + c, a + (b + c), c + a + b):
        assert (sums.population, sums.policies) == (whole.population, whole.policies)


def test_all_figures_equal_a_naive_reckoning() -> None:
    """Every day of every child, one after the other, for each policy."""
    children = simulated(80)
    comparison = Comparison(ComparisonQuery(POLICIES, ON, shipped_model(), LISTS), KINDS)
    comparison.count(children)
    lives = [list(_days(facts)) for _, facts in children]
    for place, policy in enumerate(POLICIES):
        result = figures(policy, place, comparison.tallies, shipped_model())
        naive = _naive(policy, lives)
        assert naive == {name: _plain(result[name]) for name in naive}


def _plain(figure: Any) -> Any:
    return {name: value for name, value in figure.items() if name != "within"} if isinstance(figure, dict) else figure


def _days(facts: list[Fact]) -> Iterator[tuple[str, Any]]:
    """Each day from the first on which something changed, with what holds on it, as copies."""
    judge = judges()
    changes: list[tuple[str, dict[str, Any]]] = [
        (
            at.day,
            {
                "known": at.known,
                "need": at.in_need,
                "here": at.here,
                "working": {key: (w.service, w.organisation) for key, w in at.involvements.items()},
                "records": len(at.known_to),
                "holds": [each.holds(at) for each in judge],
                "ended": [bool(each.ended and each.ended(at)) for each in judge],
            },
        )
        for at in timeline_cursor(records_of(facts), AGES)
        if at.day <= ON
    ]
    if not changes:
        return
    day, last = date.fromisoformat(changes[0][0]), date.fromisoformat(ON)
    holding = None
    while day <= last:
        if changes and changes[0][0] == day.isoformat():
            holding = changes.pop(0)[1]
        yield day.isoformat(), holding
        day += timedelta(days=1)


def _naive(policy: Policy, lives: list[list[tuple[str, Any]]]) -> dict[str, Any]:
    place = POLICIES.index(policy)
    counts: Counter[str] = Counter()
    unseen: list[int] = []
    held_days = 0
    for days in lives:
        if not days or not days[-1][1]["known"]:
            continue
        listed = _listed([state for _, state in days], place, policy.stays)
        need = [state["need"] for _, state in days]
        counts["children"] += 1
        counts["listed_now"] += listed[-1]
        counts["listed_ever"] += any(listed)
        counts["in_need_now"] += need[-1]
        counts["in_need_unlisted_now"] += need[-1] and not listed[-1]
        counts["listed_in_need"] += need[-1] and listed[-1]
        counts["in_need_ever"] += any(need)
        missed = 0
        for nth, needy in enumerate(need):
            if needy and not (nth and need[nth - 1]):
                counts["needs"] += 1
                rest = need[nth:].index(False) + nth if False in need[nth:] else len(need)
                if not listed[nth]:
                    missed += 1
                    seen = next((d for d in range(nth, rest) if listed[d]), None)
                    counts["needs_never_listed"] += seen is None
                    unseen.append((rest if seen is None else seen) - nth)
        counts["needs_unlisted_when_arose"] += missed
        counts["unlisted_when_need_arose"] += missed > 0
        before = [False, *listed]
        for nth, (was, now) in enumerate(zip(before, listed, strict=False)):
            counts["on"] += now and not was
            counts["off"] += was and not now
            counts["reversed"] += now and not was and any(listed[:nth])
            counts["removed_in_need"] += was and not now and need[nth] and days[nth][1]["here"]
        if any(listed) and not any(need):
            counts["held"] += 1
            counts["records"] += days[-1][1]["records"]
            held_days += sum(listed)
        counts["involvements"] += len(days[-1][1]["working"])
        counts["involvements_lost"] += 0 if listed[-1] else len(days[-1][1]["working"])
        met: set[Any] = set()
        for (_, state), is_listed in zip(days, listed, strict=True):
            for pair in combinations(sorted(state["working"]), 2):
                one, other = (state["working"][key] for key in pair)
                if pair not in met and (one != other or one[1] is None):
                    met.add(pair)
                    counts["needed"] += 2
                    counts["findable"] += 2 * is_listed
    ordered = sorted(unseen)
    p_listed, p_both = counts["listed_now"], counts["listed_in_need"]
    table = (counts["children"], counts["in_need_now"], p_listed, p_both)
    simple = ("listed_now", "listed_ever", "in_need_now", "in_need_unlisted_now", "in_need_ever", "needs")
    simple += ("unlisted_when_need_arose", "needs_unlisted_when_arose", "needs_never_listed", "removed_in_need")
    return {name: counts[name] for name in simple} | {
        "unseen_days": {
            "total": sum(unseen),
            "median": ordered[(len(ordered) + 1) // 2 - 1] if ordered else None,
            "p90": ordered[-(-9 * len(ordered) // 10) - 1] if ordered else None,
        },
        "involvements_current": counts["involvements"],
        "involvements_lost": counts["involvements_lost"],
        "decisions": {name: counts[name] if policy.decision else 0 for name in ("on", "off", "reversed")},
        "stigma_bits": round(stigma_bits(*table), 6),
        "held_without_need": {
            "children": counts["held"],
            "share": round(counts["held"] / counts["listed_ever"], 6) if counts["listed_ever"] else None,
            "child_years": round(held_days / 365.25, 1),
            "records": counts["records"],
        },
        "contacts": {
            "needed": counts["needed"],
            "findable": counts["findable"],
            "share": round(counts["findable"] / counts["needed"], 6),
        },
    }


def _listed(days: list[dict[str, Any]], place: int, stays: int) -> list[bool]:
    """Whether a child is listed on each day: it has held since the last end, within so many days."""
    listed, left = [], 0
    for state in days:
        if state["ended"][place]:
            left = 0
        elif state["holds"][place]:
            left = stays + 1
        listed.append(left > 0)
        left = max(0, left - 1)
    return listed


def test_findings_are_those_of_the_reports() -> None:
    children = simulated(300)
    comparison = Comparison(ComparisonQuery(POLICIES, ON, shipped_model(), ("findings_lost",)), KINDS)
    comparison.count(children)
    current = Counter(
        found.report
        for _, facts in children
        for found in findings(records_of(facts))
        if found.begins <= ON and (found.ends is None or found.ends > ON)
    )
    result = figures(POLICIES[0], 0, comparison.tallies, shipped_model())
    assert result["findings_current"] == {name: current[name] for name in result["findings_current"]}
    assert sum(result["findings_current"].values()) > 0
    assert sum(result["findings_lost"].values()) == 0


@pytest.mark.parametrize("on", ["2008-03-01", "1999-12-31", "2026-11-24"])
def test_counts_and_lists_part_the_children(on: str) -> None:
    comparison = Comparison(ComparisonQuery(POLICIES, on, shipped_model(), LISTS), KINDS)
    comparison.count(simulated(300))
    known = comparison.tallies.population.children
    assert known + comparison.not_yet_known == 300
    for place, policy in enumerate(POLICIES):
        result, lists = figures(policy, place, comparison.tallies, shipped_model()), comparison._lists[place]
        assert result["listed_now"] + len(lists["not_listed_now"]) == known
        assert result["listed_ever"] + len(lists["not_listed_ever"]) == known
        assert len(lists["in_need_unlisted_now"]) == result["in_need_unlisted_now"]
        assert len(lists["unlisted_when_need_arose"]) == result["unlisted_when_need_arose"]
        assert len(lists["held_without_need"]) == result["held_without_need"]["children"]
        if policy.named_person:
            assert len(lists["without_named_person"]) == result["without_named_person"]
            assert len(lists["without_lead_professional"]) == result["without_lead_professional"]
        assert all(len(children) == len(set(children)) for children in lists.values())


@given(st.lists(records(), max_size=25))
@settings(max_examples=40)
def test_rounded_figures_hold_nothing_but_tens_and_what_follows_from_them(children: list[list[list[Fact]]]) -> None:
    comparison = Comparison(ComparisonQuery(POLICIES, ON, shipped_model(), LISTS), KINDS)
    comparison.count((f"c{nth}", [fact for each in child for fact in each]) for nth, child in enumerate(children))
    for place, policy in enumerate(POLICIES):
        exact, tens = (figures(policy, place, comparison.tallies, shipped_model(), rounded=r) for r in (False, True))
        assert set(tens) == set(exact)
        for name in ("listed_now", "in_need_now", "needs", "involvements_lost", "removed_in_need"):
            assert tens[name] == to_tens(exact[name])
        assert tens["in_need_unlisted_now"] % 10 == 0 <= tens["in_need_unlisted_now"]
        assert all(count % 10 == 0 for count in tens["unseen_days"]["within"].values())
        assert [tens["unseen_days"][name] for name in ("total", "median", "p90")] == [None] * 3
        assert tens["stigma_bits"] is tens["mutual_information_bits"] is None
        contacts = tens["contacts"]
        assert contacts["share"] == (
            round(contacts["findable"] / contacts["needed"], 6) if contacts["needed"] else None
        )


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_counts_keep_their_order_to_tens(one: int, other: int) -> None:
    assert abs(to_tens(one) - one) <= 5
    assert to_tens(min(one, other)) <= to_tens(max(one, other))


def test_what_being_listed_gives_away() -> None:
    assert stigma_bits(100, 25, 100, 25) == 0
    assert stigma_bits(100, 25, 10, 10) == 2
    assert stigma_bits(100, 25, 0, 0) == 0
    assert stigma_bits(100, 50, 10, 0) == 1
    assert mutual_information_bits(100, 50, 50, 50) == 1
    assert mutual_information_bits(100, 50, 50, 25) == 0
    assert mutual_information_bits(0, 0, 0, 0) == 0


@given(st.integers(1, 500), st.data())
def test_information_is_never_negative(children: int, data: st.DataObject) -> None:
    needy, listed = data.draw(st.integers(0, children)), data.draw(st.integers(0, children))
    both = data.draw(st.integers(max(0, needy + listed - children), min(needy, listed)))
    assert stigma_bits(children, needy, listed, both) >= -1e-12
    assert mutual_information_bits(children, needy, listed, both) >= -1e-12


def test_the_interval_of_a_share() -> None:
    low, high = wilson(0.5, 100)
    assert (round(low, 3), round(high, 3)) == (0.404, 0.596)
    assert wilson(1.0, 10)[1] == 1.0
    assert wilson(0.0, 10)[0] == 0.0


@given(st.lists(st.integers(0, 50), min_size=1), st.floats(0.01, 1))
def test_percentiles_are_exact(days: list[int], share: float) -> None:
    found = percentile(Counter(days), share)
    assert found is not None
    assert sum(day <= found for day in days) >= share * len(days)
    assert sum(day < found for day in days) < share * len(days)


def test_nobody_at_all_is_no_error() -> None:
    comparison = Comparison(ComparisonQuery(POLICIES, ON, shipped_model(), LISTS), KINDS)
    result = figures(POLICIES[1], 1, comparison.tallies, shipped_model())
    assert result["hours_saved"]["estimate"] is None
    assert result["contacts"]["share"] is None
    assert b"".join(comparison.answer()).endswith(b"}\n")
