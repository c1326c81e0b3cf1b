"""What a report costs: each of them over HTTP, of all children of a directory of CHILDREN."""

from collections.abc import Iterator

from domain.reports import REPORTS
from services import tokens
from services.bench.arena import USER, arena
from services.bench.looks import look
from services.bench.rows import Row, measured
from services.bench.simulated_views import fill
from services.simulate.model import AS_AT

CHILDREN = 100_000
SEED = 7
REQUESTS = 60
SLOWEST_MS = 200


def report_rows() -> Iterator[Row | str]:
    """The 99th percentile of each report, beside an answer without a look; between them what is going on."""
    with arena() as stack:
        for done in fill(stack, CHILDREN, SEED):
            yield f"reports: views of {done:,} of {CHILDREN:,} children"
        token = tokens.issue(stack.settings, f"user:{USER}", 3_600)
        stack.start("api")
        look(stack.url, token, ["/health/live"], 1, REQUESTS)
        bare = look(stack.url, token, ["/health/live"], 1, 1_000)
        for name in REPORTS:
            yield f"report {name}"
            path = f"/reports/{name}?on={AS_AT.isoformat()}"
            found = look(stack.url, token, [path], 1, REQUESTS)
            said = f"report {name} of an authority of {CHILDREN:,} children: p99"
            yield measured(said, found.p99_ms, "ms", baseline=bare.p99_ms, at_most=SLOWEST_MS)
