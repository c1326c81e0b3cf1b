"""Denied attempts by user; many of them on a day are a reason for an enquiry."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from domain.days import local

MOST_A_DAY = 10
"""Denied attempts on a day, by the clock in England, above which a user is reported; fewer count as slips."""


class Attempts(NamedTuple):
    """Attempts of one user at one action, denied for one cause: `at` is the time of the first, ISO text in UTC."""

    at: str
    user: str
    organisation: str | None
    action: str
    cause: str
    times: int


def denied(attempts: Iterable[Attempts]) -> dict[str, Any]:
    """Who was denied what, how often and why, the most attempts first; `above` marks more than MOST_A_DAY."""
    by_user: defaultdict[str, list[Attempts]] = defaultdict(list)
    for each in sorted(attempts):
        by_user[each.user].append(each)
    rows = [_row(user, attempts) for user, attempts in by_user.items()]
    return {
        "most_a_day": MOST_A_DAY,
        "attempts": sum(row["attempts"] for row in rows),
        "users": sorted(rows, key=lambda row: (-row["attempts"], row["user"])),
    }


def _row(user: str, attempts: list[Attempts]) -> dict[str, Any]:
    days, actions, causes = Counter[str](), Counter[str](), Counter[str]()
    for each in attempts:
        days[local(each.at).date().isoformat()] += each.times
        actions[each.action] += each.times
        causes[each.cause] += each.times
    busiest = max(days.values())
    return {
        "user": user,
        "organisation": attempts[-1].organisation,
        "attempts": days.total(),
        "busiest_day": busiest,
        "above": busiest > MOST_A_DAY,
        "actions": dict(sorted(actions.items())),
        "causes": dict(sorted(causes.items())),
    }
