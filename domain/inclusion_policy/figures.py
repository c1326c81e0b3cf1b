"""Tallies → the figures of each policy, as `policy compare` shows them."""

from collections import Counter
from typing import Any

from domain.inclusion_policy.contacts import ContactsModel, hours_saved
from domain.inclusion_policy.information import mutual_information_bits, stigma_bits
from domain.inclusion_policy.policy import Policy
from domain.inclusion_policy.rounding import to_tens
from domain.inclusion_policy.tally import Population, Tallies, Tally
from domain.reports import QUESTIONS

DAYS_A_YEAR = 365.25

Figures = dict[str, Any]


def figures(policy: Policy, place: int, tallies: Tallies, model: ContactsModel, *, rounded: bool = False) -> Figures:
    """The figures of the policy at this place of the tallies; `rounded` to tens, or None where that means nothing."""
    if rounded:
        tallies = tallies.rounded()
    tally, population = tallies.policies[place], tallies.population
    result: Figures = {
        "listed_now": tally.listed_now,
        "listed_ever": tally.listed_ever,
        "in_need_now": population.in_need_now,
        "in_need_unlisted_now": population.in_need_now - tally.listed_in_need_now,
        "in_need_ever": population.in_need_ever,
        "unlisted_when_need_arose": tally.children_unlisted,
        "needs": population.needs,
        "needs_unlisted_when_arose": tally.needs_unlisted,
        "needs_never_listed": tally.needs_never_listed,
        "unseen_days": _unseen_to_tens(tally.unseen) if rounded else unseen_days(tally.unseen),
        "involvements_current": population.involvements,
        "involvements_lost": tally.involvements_lost,
        "findings_current": {report: population.findings[report] for report in QUESTIONS},
        "findings_lost": {report: tally.findings_lost[report] for report in QUESTIONS},
        "decisions": _decisions(policy, tally),
        "removed_in_need": tally.removed_in_need,
        **_bits(tally, population, rounded=rounded),
        "held_without_need": _held(tally, rounded=rounded),
        **_contacts(tally, population, model),
    }
    if policy.named_person:
        result["without_named_person"] = tally.without_named_person
    if policy.lead_professional:
        result["without_lead_professional"] = tally.without_lead_professional
    return result


def _decisions(policy: Policy, tally: Tally) -> Figures:
    """How many decisions listing took; none under a policy without decisions."""
    taken = (tally.begun, tally.ended, tally.reversed) if policy.decision else (0, 0, 0)
    return dict(zip(("on", "off", "reversed"), taken, strict=True))


def _bits(tally: Tally, population: Population, *, rounded: bool) -> Figures:
    """None of rounded counts, which need not be consistent with one another."""
    if rounded:
        return {"stigma_bits": None, "mutual_information_bits": None}
    counts = (population.children, population.in_need_now, tally.listed_now, tally.listed_in_need_now)
    return {
        "stigma_bits": round(stigma_bits(*counts), 6),
        "mutual_information_bits": round(mutual_information_bits(*counts), 6),
    }


def _held(tally: Tally, *, rounded: bool) -> Figures:
    years = tally.held_days / DAYS_A_YEAR
    return {
        "children": tally.held,
        "share": _share(tally.held, tally.listed_ever),
        "child_years": float(to_tens(years)) if rounded else round(years, 1),
        "records": tally.held_records,
    }


def _contacts(tally: Tally, population: Population, model: ContactsModel) -> Figures:
    share = tally.findable / population.contacts if population.contacts and population.with_contacts else None
    counted = {"needed": population.contacts, "findable": tally.findable}
    return {
        "contacts": counted | {"share": _share(tally.findable, population.contacts)},
        "hours_saved": hours_saved(model, share, population.with_contacts),
    }


def unseen_days(counted: Counter[int]) -> Figures:
    """Sum, median, 90th percentile and distribution of days; the percentiles are days that were counted."""
    return {
        "total": sum(days * times for days, times in counted.items()),
        "median": percentile(counted, 0.5),
        "p90": percentile(counted, 0.9),
        "within": {name: sum(n for days, n in counted.items() if low <= days < high) for name, low, high in BANDS},
    }


def _unseen_to_tens(counted: Counter[int]) -> Figures:
    """The number of needs by length alone: sums and percentiles of days would reveal single needs."""
    within = {name: to_tens(count) for name, count in unseen_days(counted)["within"].items()}
    return {"total": None, "median": None, "p90": None, "within": within}


BANDS = (
    ("under a week", 0, 7),
    ("a week to a month", 7, 30),
    ("1 to 3 months", 30, 91),
    ("3 to 12 months", 91, 365),
    ("1 to 3 years", 365, 1096),
    ("3 years and more", 1096, 10**7),
)
"""Lengths of time in days: from, and up to but not including."""


def percentile(counted: Counter[int], share: float) -> int | None:
    """The least number of days within which at least this share lies; None where nothing was counted."""
    wanted, so_far = share * counted.total(), 0
    for days in sorted(counted):
        so_far += counted[days]
        if so_far >= wanted:
            return days
    return None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
