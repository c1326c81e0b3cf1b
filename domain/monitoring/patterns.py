"""Unusual patterns: looks out of hours, users who look up far more than their peers, overrides of shields."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from statistics import median
from typing import Any

from domain.days import local
from domain.monitoring.accesses import Access, looking_up
from domain.monitoring.hours import is_out_of_hours

FEWEST_PEERS = 8
"""A group of users of one role and organisation is judged only if it is at least this large."""
FEWEST_CHILDREN = 20
"""A user who looked up fewer children is not reported."""
BOUND = 5.0
"""How many spreads above the median of the peers the bound is."""
MOST_PEAKS = 10

Row = dict[str, Any]


def override_rates(accesses: Iterable[Access], overriding: frozenset[str]) -> list[Row]:
    """Overrides and look-ups by user, the most overrides first. `overriding` are the actions of overrides."""
    looks, overrides, where = Counter[str](), Counter[str](), dict[str, str | None]()
    for access in sorted(accesses):
        where[access.user] = access.organisation
        (overrides if access.action in overriding else looks)[access.user] += 1
    return [
        {
            "user": user,
            "organisation": where[user],
            "overrides": count,
            "looks": looks[user],
            "share": _share(count, looks[user] + count),
        }
        for user, count in sorted(overrides.items(), key=lambda each: (-each[1], each[0]))
    ]


def out_of_hours(accesses: Iterable[Access]) -> dict[str, Any]:
    """The share of looks before 07:00, after 20:00 and at weekends, by user and organisation, and the busiest hours."""
    by_user: defaultdict[str, list[bool]] = defaultdict(list)
    by_organisation: defaultdict[str, list[bool]] = defaultdict(list)
    hours: defaultdict[str, list[str]] = defaultdict(list)
    for access in accesses:
        outside = is_out_of_hours(access.at)
        by_user[access.user].append(outside)
        by_organisation[access.organisation or ""].append(outside)
        if outside:
            hours[local(access.at).strftime("%Y-%m-%dT%H:00")].append(access.user)
    busiest = sorted(hours, key=lambda hour: (-len(hours[hour]), hour))[:MOST_PEAKS]
    return {
        "users": [{"user": name, **rest} for name, rest in _shares(by_user)],
        "organisations": [{"organisation": name or None, **rest} for name, rest in _shares(by_organisation)],
        "peaks": [{"hour": hour, "looks": len(hours[hour]), "users": len(set(hours[hour]))} for hour in busiest],
    }


def _shares(by_name: Mapping[str, list[bool]]) -> list[tuple[str, Row]]:
    """Those with any look out of hours, the most of them first."""
    rows = [
        (name, {"looks": len(each), "out_of_hours": sum(each), "share": _share(sum(each), len(each))})
        for name, each in by_name.items()
        if any(each)
    ]
    return sorted(rows, key=lambda row: (-row[1]["out_of_hours"], row[0]))


def unusual_volume(accesses: Iterable[Access]) -> dict[str, Any]:
    """Users who looked up far more children than others of their role and organisation.

    The bound is median + 5 × spread; the spread is 1.4826 × the median absolute deviation, and at least the square
    root of the median, by which counts differ by chance. Groups of fewer than 8 users are counted, not judged.
    """
    children: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for access in looking_up(accesses):
        children[access.organisation or "", access.role or "", access.user].update(access.children)
    groups: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (organisation, role, user), looked_up in children.items():
        groups[organisation, role][user] = len(looked_up)
    users = [row for group, counts in sorted(groups.items()) for row in _beyond(group, counts)]
    small = sum(len(counts) < FEWEST_PEERS for counts in groups.values())
    return {"users": sorted(users, key=itemgetter("organisation", "role", "user")), "groups_too_small": small}


def _beyond(group: tuple[str, str], counts: Mapping[str, int]) -> list[Row]:
    if len(counts) < FEWEST_PEERS:
        return []
    middle = float(median(counts.values()))
    deviation = median(abs(count - middle) for count in counts.values())
    bound = middle + BOUND * max(1.4826 * deviation, middle**0.5, 1.0)
    organisation, role = group
    peers = {"organisation": organisation, "role": role, "median": middle, "bound": round(bound, 1)}
    return [
        {"user": user, "children": count, "peers": len(counts), **peers}
        for user, count in counts.items()
        if count > bound and count >= FEWEST_CHILDREN
    ]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
