"""What `contactpoint bench` does: one run of everything, and the table of it."""

import json
from collections.abc import Generator, Iterator
from contextlib import closing

from rich.console import Console

from projections.directory import query as directory
from services.auth import tokens
from services.lab.bench import baselines, stages
from services.lab.bench.feeding import feed, mixed, registrations
from services.lab.bench.flood import flood_rows
from services.lab.bench.harness import USER, Harness, harness
from services.lab.bench.hidden_searches import hidden_search_rows
from services.lab.bench.identity import identity_rows
from services.lab.bench.looks import Request, look
from services.lab.bench.matching import matching_rows
from services.lab.bench.memory import peak_mib
from services.lab.bench.reports import report_rows
from services.lab.bench.rows import Row, measured, show
from services.rebuild import rebuild
from streams.projecting.reading import reading_views
from streams.publishing.relay import encode_event
from streams.store.database import Database
from streams.store.recorder import PostgresRecorder

SUBMISSIONS = 100_000
LOOKED_AT = 2_000
"""How many different children are looked at."""
BATCH_OF_BASELINE = 1_650
"""Events that a full batch of submissions causes, so that the bare recorder is given batches of the same size."""
MOST_FOR_BASELINE = 50_000


def run(*, large: bool, as_json: bool, submissions: int = SUBMISSIONS) -> int:
    """Measures and prints; gives the exit status: 0, or 1 where a target is missed."""
    console = Console(stderr=True)
    rows = []
    with harness() as stack, console.status("starting") as status:
        for step in _measure(stack, submissions, large):
            if isinstance(step, str):
                status.update(step)
                if step.endswith("."):
                    console.print(step)
            else:
                rows.append(step)
                console.print(f"{step.name}: {step.figure:,.1f} {step.unit}")
    if as_json:
        print(json.dumps({"rows": [row.json() for row in rows]}))
    else:
        show(rows)
    return int(any(row.met is False for row in rows))


def _measure(stack: Harness, submissions: int, large: bool) -> Iterator[Row | str]:
    """The rows in the order of the pipeline, and between them texts for the status line."""
    submissions *= 10 if large else 1
    kafka = stack.settings.need_kafka()
    yield f"sending {submissions:,} submissions"
    feed(kafka, mixed(submissions, seed=1))
    yield "registrar"
    yield from _registrar(stack, submissions)
    yield "relay"
    yield from _relay(stack)
    yield "live projections"
    live = yield from _projector(stack)
    yield "rebuild"
    rebuilt = yield from _rebuild(stack, live, submissions)
    yield "looks over HTTP"
    yield from _looks(stack)
    yield "all roles at once"
    yield from _end_to_end(stack, submissions)
    yield "memory"
    yield from _memory(stack, submissions)
    yield from hidden_search_rows(stack)
    yield from matching_rows(stack.settings.need_database(), large=large)
    yield from identity_rows()
    yield from report_rows(rebuilt, large=large)


def _registrar(stack: Harness, submissions: int) -> Iterator[Row | str]:
    stack.start("registrar")
    pace = stages.pace(stack, "the registrar", stages.answered, submissions)
    stack.stop("registrar")
    yield measured("registrar: validated submissions to stored events", pace.rate, "submissions/s", at_least=4_500)
    ((events,),) = stack.rows("select last from register.counter")
    bare = baselines.bare_recorder(stack, BATCH_OF_BASELINE)
    yield measured(
        "registrar: events stored, beside the bare recorder",
        pace.rate * events / submissions,
        "events/s",
        baseline=bare.rate,
    )


def _relay(stack: Harness) -> Iterator[Row]:
    waiting = stages.waiting(stack)
    with closing(PostgresRecorder(stack.settings.need_database(), "register")) as log:
        sample = [(event.stream.encode(), encode_event(event)) for event in log.select_raw(0, MOST_FOR_BASELINE)]
    bare = baselines.bare_producer(stack.settings.need_kafka(), sample)
    stack.start("relay")
    pace = stages.pace(stack, "the relay", stages.published, waiting)
    stack.stop("relay")
    yield measured(
        "relay: messages published", pace.rate, "messages/s", baseline=bare.rate, at_least=5_000, least_ratio=0.6
    )


def _projector(stack: Harness) -> Generator[Row, None, float]:
    ((events,),) = stack.rows("select last from register.counter")
    bare = baselines.bare_agent(stack.settings.need_kafka(), min(events, MOST_FOR_BASELINE))
    stack.start("projector")
    pace = stages.pace(stack, "the projector", stages.projected, stages.to_project(stack))
    stack.stop("projector")
    yield measured("projector: live, through Faust", pace.rate, "messages/s", baseline=bare.rate, least_ratio=0.6)
    return pace.rate


def _rebuild(stack: Harness, live: float, submissions: int) -> Generator[Row, None, float]:
    """Gives how many submissions a second it has read, with all that came of them."""
    copied = baselines.bare_copy(stack)
    settings = stack.settings
    done = rebuild(
        settings.need_kafka(), settings.need_database(), settings.keys / "key-encryption.key", settings.publication_key
    )
    rate = done.events / done.seconds
    yield measured("rebuild of all views, beside the live rate", rate, "messages/s", baseline=live, least_ratio=5)
    yield measured(
        "rebuild of all views, beside a bare COPY of the same rows",
        copied.count / done.seconds,
        "rows/s",
        baseline=copied.rate,
    )
    return submissions / done.seconds


def _looks(stack: Harness) -> Iterator[Row | str]:
    with reading_views(Database(stack.settings.need_database(), "contactpoint bench")) as cursor:
        children = directory.children(cursor, None, LOOKED_AT)
    token = tokens.issue(stack.settings, f"user:{USER}", 3_600)
    requests = [Request(f"/children/{child}") for child in children]
    stack.start("api")
    look(stack.url, token, requests, 1, 200)
    one = look(stack.url, token, requests, 1, 1_000)
    bare_one = look(stack.url, token, [Request("/health/live")], 1, 1_000)
    yield measured("show over HTTP, one client: p99", one.p99_ms, "ms", baseline=bare_one.p99_ms, at_most=15)
    many = look(stack.url, token, requests, 16, 250)
    bare_many = look(stack.url, token, [Request("/health/live")], 16, 250)
    yield measured("show over HTTP, 16 clients", many.rate, "requests/s", baseline=bare_many.rate, at_least=500)
    yield from flood_rows(stack, requests)


def _end_to_end(stack: Harness, submissions: int) -> Iterator[Row | str]:
    stack.start("relay", "projector")
    stages.settle(stack, stages.answered(stack))
    feed(stack.settings.need_kafka(), mixed(submissions, seed=2))
    stack.start("registrar")
    flow = stages.flow(stack, submissions)
    yield measured(
        f"end to end, all roles at once (slowest: {flow.slowest})", flow.pace.rate, "submissions/s", at_least=2_500
    )


def _memory(stack: Harness, children: int) -> Iterator[Row | str]:
    peaks = []
    for seed in (3, 4):
        goal = stages.answered(stack) + children
        feed(stack.settings.need_kafka(), registrations(children, seed))
        stages.settle(stack, goal)
        pids = {role: process.pid for role, process in stack.processes.items()} | {"kafka": stack.kafka_pid}
        peaks.append({role: peak_mib(pid) for role, pid in pids.items()})
    for role, first in peaks[0].items():
        most = 768 if role == "kafka" else 400
        yield measured(f"memory of {role} at {children:,} children", first, "MiB", at_most=most)
        yield measured(f"memory of {role} after as many again", peaks[1][role], "MiB", baseline=first, at_most=most)
