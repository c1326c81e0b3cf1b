"""The last lines of `submit`: how many submissions had which outcome."""

from collections.abc import Mapping

from services.cli.progress import counting
from services.submit.sender import Ranges
from services.submit.waiting import wait_until_processed
from streams.store.database import Database

OUTCOMES = ("accepted", "duplicate", "refused", "invalid")


def outcomes_of(database: Database, ranges: Ranges, wait: bool) -> dict[str, int]:
    """How many were submitted and, where it may wait for that, had each outcome; raises Stuck."""
    sent = sum(last - first + 1 for runs in ranges.values() for first, last in runs)
    found: Mapping[str, int] = {}
    if wait:
        with counting("answered", sent) as count:
            found = wait_until_processed(database, ranges, count)
    return {"submitted": sent} | {outcome: found.get(outcome, 0) for outcome in OUTCOMES}


def is_failure(counts: Mapping[str, int]) -> bool:
    """Whether something was refused or invalid; duplicates alone are no failure."""
    return bool(counts["refused"] or counts["invalid"])


def in_words(counts: Mapping[str, int]) -> str:
    """The counts for people, without those that are nought."""
    return ", ".join(f"{number:,} {name}" for name, number in counts.items() if number or name == "submitted")
