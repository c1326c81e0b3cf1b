"""Looks that no involvement explains. A finding is a reason for an enquiry, never a proof."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from domain.monitoring.accesses import Access, EntryView, Facts, entry_views

FOLLOWED_WITHIN = timedelta(days=30)
"""How long after a look an involvement may begin, and still explain it."""

Finding = dict[str, Any]


def same_name(accesses: Iterable[Access], facts: Facts) -> list[Finding]:
    """A user opened entries of children with the user's own family name: all such children and days, by user."""
    by_user: defaultdict[str, list[EntryView]] = defaultdict(list)
    for each in entry_views(accesses):
        if (each.user, each.child) in facts.namesakes:
            by_user[each.user].append(each)
    return [_finding(user, found) for user, found in sorted(by_user.items())]


def same_address(accesses: Iterable[Access], facts: Facts) -> list[Finding]:
    """A user opened two or more children of one address on one day, and the user's organisation works with none."""
    together: defaultdict[tuple[str, date, str], list[EntryView]] = defaultdict(list)
    for each in entry_views(accesses):
        if each.child in facts.addresses and each.organisation not in facts.confidential:
            together[each.user, each.day, facts.addresses[each.child]].append(each)
    return [
        _finding(user, found)
        for (user, _, _), found in sorted(together.items())
        if len(found) > 1 and not any(_is_followed(each, facts) for each in found)
    ]


class Followed(NamedTuple):
    """Which look-ups of a period were followed by an involvement.

    `findings` are those without an involvement of the user's organisation, then or within the days allowed; `waiting`
    counts those whose days have not passed yet, `not_judged` those of users without an organisation, and those where
    the involvements of the organisation, or of the child, are secret.
    """

    findings: list[Finding]
    judged: int
    waiting: int
    not_judged: int


def unfollowed(accesses: Iterable[Access], facts: Facts, today: date) -> Followed:
    """Look-ups that no involvement explains, by user."""
    by_user: defaultdict[str, list[EntryView]] = defaultdict(list)
    judged = waiting = not_judged = 0
    for each in entry_views(accesses):
        if each.organisation is None or each.organisation in facts.confidential or each.child in facts.shielded:
            not_judged += 1
        elif _is_followed(each, facts):
            judged += 1
        elif each.day + FOLLOWED_WITHIN >= today:
            waiting += 1
        else:
            judged += 1
            by_user[each.user].append(each)
    found = [_finding(user, those) for user, those in sorted(by_user.items())]
    return Followed(found, judged, waiting, not_judged)


def _is_followed(each: EntryView, facts: Facts) -> bool:
    """Whether the user's organisation worked with the child that day, or begins to within the days allowed."""
    spans = facts.involvements.get((each.organisation or "", each.child), ())
    until, day = (each.day + FOLLOWED_WITHIN).isoformat(), each.day.isoformat()
    return any(begin <= until and (end is None or end >= day) for begin, end in spans)


def _finding(user: str, found: list[EntryView]) -> Finding:
    found = sorted(found, key=attrgetter("position"))
    return {
        "user": user,
        "organisation": found[-1].organisation,
        "children": sorted({each.child for each in found}),
        "days": sorted({each.day.isoformat() for each in found}),
        "look_ups": len(found),
        "positions": [each.position for each in found],
    }
