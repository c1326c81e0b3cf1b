"""What it costs to take back all that one agency reported: how fast it is, and how long others' submissions wait."""

import time
from collections.abc import Iterator
from typing import NamedTuple
from uuid import uuid4

from domain.child.judgement import Ruling
from domain.source_record import Refusal
from domain.suspension import AgencyStatus, resume, suspend
from domain.vocabulary import agency_code
from services.lab.bench.matching import FEEDS, Load, load
from services.lab.bench.memory import resident_mib
from services.lab.bench.rows import Row, measured
from streams.clock import utc_now
from streams.codec import iso_text

CHILDREN, LARGE = 20_000, 130_000
"""The agency that knows most of them has more than three quarters as many records."""
STEP = 2_000


class Taken(NamedTuple):
    """The time of all pages and of the longest one, how many events they made, and how the process has grown."""

    seconds: float
    longest_s: float
    events: int
    grown_mib: float


def suspension_rows(database_url: str, *, large: bool) -> Iterator[Row | str]:
    """Sets aside and restores the records of the agency with the most, with `large` more than 100,000 of them."""
    children = LARGE if large else CHILDREN
    with load(database_url, "bench_suspension") as directory:
        while directory.children < children:
            directory.grow(min(STEP, children - directory.children))
            yield f"suspension: {directory.children:,} of {children:,} children, {FEEDS} feeds"
        ((source, records),) = directory.rows(
            "select source, count(*) from register.record_keys"
            " where kind = 'subject' group by source order by count(*) desc limit 1"
        )
        agency = agency_code(source) or ""
        status: AgencyStatus | None = None
        for what in ("set aside", "restored"):
            ruling = Ruling("bench", "a trial", now := utc_now(), iso_text(now))
            if status is None:
                decided = suspend(None, agency, uuid4(), True, None, ruling)
            else:
                decided = resume(status, agency, ruling)
            assert not isinstance(decided, Refusal)
            status = decided
            yield f"suspension: {records:,} records are {what}"
            taken = _followed(directory, agency, decided)
            yield measured(f"an agency's {records:,} records are {what}", records / taken.seconds, "records/s")
            yield measured(
                f"the same: longest page, for which others wait ({taken.events:,} events)",
                1_000 * taken.longest_s,
                "ms",
            )
            yield measured("the same: memory that it takes", taken.grown_mib, "MiB")


def _followed(directory: Load, agency: str, status: AgencyStatus) -> Taken:
    before, memory, pages = directory.events(), resident_mib(), []
    directory.decide(agency, status)
    more = True
    while more:
        since = time.perf_counter()
        more = directory.registrar.set_aside()
        pages.append(time.perf_counter() - since)
    return Taken(sum(pages), max(pages), directory.events() - before, max(0.0, resident_mib() - memory))
