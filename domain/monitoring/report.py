"""The access report: every detector over the looks of a period. The order of the looks does not matter."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from domain.monitoring.accesses import Access, Facts, looking_up
from domain.monitoring.denied_attempts import Attempts, denied
from domain.monitoring.patterns import out_of_hours, override_rates, unusual_volume
from domain.monitoring.unexplained_access import FOLLOWED_WITHIN, same_address, same_name, unfollowed


def report(
    accesses: Iterable[Access],
    facts: Facts,
    today: date,
    overriding: frozenset[str],
    attempts: Iterable[Attempts] = (),
) -> dict[str, Any]:
    """The findings of all detectors, and the denied attempts; `overriding` are the actions of overrides."""
    known = sorted(accesses)
    followed = unfollowed(known, facts, today)
    return {
        "looks": len(known),
        "look_ups": sum(1 for _ in looking_up(known)),
        "users": len({access.user for access in known}),
        "same_name": same_name(known, facts),
        "same_address": same_address(known, facts),
        "unfollowed": {
            "days": FOLLOWED_WITHIN.days,
            "users": followed.findings,
            "judged": followed.judged,
            "waiting": followed.waiting,
            "not_judged": followed.not_judged,
        },
        "overrides": override_rates(known, overriding),
        "out_of_hours": out_of_hours(known),
        "unusual_volume": unusual_volume(known),
        "denied": denied(attempts),
    }
