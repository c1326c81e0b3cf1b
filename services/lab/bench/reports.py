"""What reports, compared policies and protection cost in directories of several sizes: views of a simulated population
are written as a rebuild would write them, and requested.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial

from domain.reports import REPORTS
from projections.visibility.scope import ORDINARY
from services.auth import tokens
from services.inclusion_policy.running import Job, Run
from services.inclusion_policy.shipped import SHIPPED, shipped_text
from services.lab.bench.harness import USER, Harness, harness
from services.lab.bench.looks import Request, look
from services.lab.bench.parts import Step
from services.lab.bench.protection import protection_rows
from services.lab.bench.rows import Row, measured
from services.lab.bench.simulated_views import fill
from services.lab.simulate.model import AS_AT

SMALL, USUAL, LARGE = 10_000, 100_000, 1_000_000
SEED = 7
REQUESTS = 60
SLOWEST_MS = 100
"""A page of any report, as long as the API makes it by itself, of an authority of USUAL children."""
LISTS = ("not_listed_now", "not_listed_ever")


def report_rows(rebuilt: float | None, *, large: bool) -> Iterator[Step]:
    """Each report and the comparison of all policies, by size; between the rows what is going on.

    `rebuilt` is how many submissions a second a rebuild of all views has read in this run, None where none was made.
    """
    rates: list[float] = []
    for children in (SMALL, USUAL, *([LARGE] if large else [])):
        with harness() as stack:
            for done in fill(stack, children, SEED):
                yield f"reports: views of {done:,} of {children:,} children"
            yield from _reports(stack, children)
            if children == USUAL:
                yield from protection_rows(stack)
            yield f"policies compared at {children:,} children"
            yield partial(_policies, stack, children, rebuilt, rates)
            if len(rates) > 1:
                slope = f"policies compared at {children:,} children, beside the size before"
                yield measured(slope, rates[-1], "submissions/s", baseline=rates[-2])


def _reports(stack: Harness, children: int) -> Iterator[Step]:
    token = tokens.issue(stack.settings, f"user:{USER}", 3_600)
    stack.start("api")
    look(stack.url, token, [Request("/health/live")], 1, REQUESTS)
    bare = look(stack.url, token, [Request("/health/live")], 1, 1_000)
    for name in REPORTS:
        yield f"report {name} at {children:,} children"
        yield partial(_report, stack.url, token, name, children, bare.p99_ms)


def _report(url: str, token: str, name: str, children: int, bare_ms: float) -> Row:
    found = look(url, token, [Request(f"/reports/{name}?on={AS_AT.isoformat()}")], 1, REQUESTS)
    row_name = f"report {name} of an authority of {children:,} children, a page: p99"
    bound = SLOWEST_MS if children == USUAL else None
    return measured(row_name, found.p99_ms, "ms", baseline=bare_ms, at_most=bound)


def _policies(stack: Harness, children: int, rebuilt: float | None, rates: list[float]) -> Row:
    """`rates` are those of the smaller directories, to which this one's is added."""
    ((submissions,),) = stack.rows(f"{ORDINARY.setting}select count(*) from unveiled_chronology")  # noqa: S608
    policies = [(name, shipped_text(name)) for name in SHIPPED]
    since = time.perf_counter()
    compare(stack.settings.need_database(), policies)
    rates.append(submissions / (time.perf_counter() - since))
    name = f"{len(SHIPPED)} policies compared over {children:,} children, beside a rebuild of all views"
    return measured(name, rates[-1], "submissions/s", baseline=rebuilt, least_ratio=0.6)


def compare(database_url: str, policies: Sequence[tuple[str, str]]) -> None:
    """One comparison with the lists of the contract, read to its end as the API reads it."""
    run = Run(
        Job(database_url, policies, AS_AT.isoformat(), None, LISTS, ("universal.yaml", shipped_text("universal")))
    )
    try:
        while (message := run.next_message()) and "ready" not in message:
            if not {"done", "shown"} & message.keys():
                raise RuntimeError(f"the comparison ended with {', '.join(message)}")
        while run.piece():
            pass
    finally:
        run.end()
