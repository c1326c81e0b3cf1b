"""The process that compares policies: it reads a job as JSON from standard input and writes to standard output.

It writes messages, each a line of JSON: `{"done", "of"}` at least once a second, `{"shown"}` with children on the
lists, a thousand at once and at least once, `{"ready"}`, and the answer; or `{"away"}` with a sentence where Postgres
is away, or `{"failed"}` with the name of an error. It ends where nobody reads them any more.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from time import monotonic
from typing import IO, Any

from domain.organisations import Succession, Successions, set_successions
from domain.timeline import Fact
from projections.directory import query as directory
from projections.engine.live_schema import ViewsNotBuilt
from projections.timeline.query import facts_of
from projections.visibility.shields import shieldings
from services.inclusion_policy.comparison import Comparison, ComparisonQuery
from services.inclusion_policy.model_file import read_model
from services.inclusion_policy.policy_file import read_policy
from services.inclusion_policy.shipped import shipped_model
from services.registers import load_agencies
from streams.projecting.reading import reading_views
from streams.store.database import Database, DatabaseAway

SLICE = 1_000
"""Children that are read at once."""
PROGRESS_S = 0.5
NICENESS = 5
"""The process yields to those that answer requests."""

Slices = Iterator[list[tuple[str, list[Fact]]]]


def main() -> int:
    """Does the job; exit status 0 where it was done, else 1."""
    os.nice(NICENESS)
    job = json.load(sys.stdin)
    set_successions(Successions(Succession(*each) for each in job["successions"]))
    out = sys.stdout.buffer
    try:
        compare(job, out)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return 1
    except (DatabaseAway, ViewsNotBuilt) as away:
        with suppress(BrokenPipeError):
            _send(out, {"away": str(away)})
        return 1
    except Exception as error:  # its text might hold personal data
        with suppress(BrokenPipeError):
            _send(out, {"failed": type(error).__qualname__})
        return 1
    return 0


def compare(job: dict[str, Any], out: IO[bytes]) -> None:
    """Compares the policies of a job and writes the messages; raises DatabaseAway, BrokenPipeError."""
    question = _question(job)
    database = Database(job["database_url"], "contactpoint policies", statement_timeout_s=120)
    with closing(database):
        with reading_views(database) as cursor:
            of = directory.count_children(cursor)
            kinds = {agency.urn: agency.kind.value for agency in load_agencies(cursor).values()}
        comparison, done, sent_at = Comparison(question, kinds), 0, 0.0
        for children in _slices(database):
            comparison.count(children)
            done += len(children)
            if monotonic() - sent_at > PROGRESS_S:
                sent_at = monotonic()
                _send_progress(out, comparison, done, max(done, of))
        named = _visible(database, comparison)
    _send_progress(out, comparison, done, done)
    for begin in range(0, max(1, len(named)), SLICE):
        _send(out, {"shown": named[begin : begin + SLICE]})
    _send(out, {"ready": True})
    for piece in comparison.answer():
        out.write(piece)
    out.flush()


def _question(job: dict[str, Any]) -> ComparisonQuery:
    policies = [read_policy(*named) for named in job["policies"]]
    model = read_model("the model", job["model"]) if job["model"] else shipped_model()
    own = read_policy(*job["directory"])
    return ComparisonQuery(policies, job["on"], model, job["lists"], None if own.lists_all else own)


def _visible(database: Database, comparison: Comparison) -> list[str]:
    """The children on the lists, without those who were shielded since they were counted."""
    hidden: set[str] = set()
    named = comparison.named
    for begin in range(0, len(named), SLICE):
        with reading_views(database) as cursor:
            hidden |= shieldings(cursor, named[begin : begin + SLICE]).keys()
    comparison.leave_out(hidden)
    return [child for child in named if child not in hidden]


def _slices(database: Database) -> Slices:
    """All children but hidden ones, each once: a hidden child is not even counted, for its record is hidden.

    Every slice is a transaction of its own, so that a rebuild need not wait for the end.
    """
    after: str | None = None
    while True:
        with reading_views(database) as cursor:
            children = directory.children(cursor, after, SLICE)
            facts = facts_of(cursor, children)
            hidden = shieldings(cursor, children)
        if not children:
            return
        yield [(child, facts[child]) for child in children if child not in hidden]
        after = children[-1]


def _send_progress(out: IO[bytes], comparison: Comparison, done: int, of: int) -> None:
    _send(out, {"done": comparison.disclosed_count(done), "of": comparison.disclosed_count(of)})


def _send(out: IO[bytes], document: dict[str, Any]) -> None:
    out.write(json.dumps(document).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
