"""The rows of the pipeline, in its order: each stage alone, then all of it, what looks cost, and memory."""

from collections.abc import Iterator
from contextlib import closing

from projections.directory import query as directory
from services.auth import tokens
from services.lab.bench import baselines, stages
from services.lab.bench.feeding import feed, mixed, registrations
from services.lab.bench.flood import flood_rows
from services.lab.bench.harness import USER
from services.lab.bench.looks import Request, look
from services.lab.bench.memory import peak_mib
from services.lab.bench.parts import Bench, Step
from services.lab.bench.rows import Row, measured
from services.rebuild import rebuild
from streams.projecting.reading import reading_views
from streams.publishing.relay import encode_event
from streams.store.database import Database
from streams.store.recorder import PostgresRecorder

LOOKED_AT = 2_000
"""How many different children are looked at."""
BATCH_OF_BASELINE = 1_650
"""Events that a full batch of submissions causes, so that the bare recorder is given batches of the same size."""
MOST_FOR_BASELINE = 50_000


def registrar_rows(bench: Bench) -> Iterator[Step]:
    """The registrar alone, with all submissions before it."""
    stack, submissions = bench.stack, bench.fed
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


def relay_rows(bench: Bench) -> Iterator[Step]:
    """The relay alone, with all that the registrar has decided before it."""
    stack = bench.stack
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


def projector_rows(bench: Bench) -> Iterator[Step]:
    """The projector alone, with all that the relay has published before it."""
    stack = bench.stack
    ((events,),) = stack.rows("select last from register.counter")
    bare = baselines.bare_agent(
        stack.settings.need_kafka(), min(events, MOST_FOR_BASELINE), stack.settings.data / "bare"
    )
    stack.start("projector")
    pace = stages.pace(stack, "the projector", stages.projected, stages.to_project(stack))
    stack.stop("projector")
    bench.live = pace.rate
    yield measured("projector: live, through Faust", pace.rate, "messages/s", baseline=bare.rate, least_ratio=0.6)


def two_projectors_rows(bench: Bench) -> Iterator[Step]:
    """The same messages through two projectors, and the share of the time in which only one of them could write.

    Only one at a time holds the lock, so that on any number of cores the rate is at most this one divided by the share.
    """
    stack, both = bench.stack, ("projector", "projector-2")
    stack.empty_views()
    goal = stages.to_project(stack)
    logs = [stages.LogFrom.now(stack.settings.data / "logs" / f"{each}.log") for each in both]
    stack.start(*both)
    pace = stages.pace(stack, "two projectors", stages.projected, goal)
    stack.stop(*both)
    yield measured("projector: live, two of them", pace.rate, "messages/s", baseline=bench.live, least_ratio=1)
    locked_s = sum(log.locked_s() for log in logs)
    share = 100 * locked_s / pace.seconds
    yield measured("projectors: share of the time in which one of the two held the lock of derived tables", share, "%")


def rebuild_rows(bench: Bench) -> Iterator[Step]:
    """A rebuild of all views."""
    stack = bench.stack
    copied = baselines.bare_copy(stack)
    settings = stack.settings
    done = rebuild(
        settings.need_kafka(), settings.need_database(), settings.keys / "key-encryption.key", settings.publication_key
    )
    rate, bench.rebuilt = done.events / done.seconds, bench.fed / done.seconds
    yield measured("rebuild of all views, beside the live rate", rate, "messages/s", baseline=bench.live, least_ratio=5)
    yield measured(
        "rebuild of all views, beside a bare COPY of the same rows",
        copied.count / done.seconds,
        "rows/s",
        baseline=copied.rate,
    )


def look_rows(bench: Bench) -> Iterator[Step]:
    """Looks at entries, by one client and by many."""
    stack = bench.stack
    token, requests = tokens.issue(stack.settings, f"user:{USER}", 3_600), _looks(bench)
    live = [Request("/health/live")]

    def by_one() -> Row:
        look(stack.url, token, requests, 1, 200)
        one = look(stack.url, token, requests, 1, 1_000)
        bare = look(stack.url, token, live, 1, 1_000)
        return measured("show over HTTP, one client: p99", one.p99_ms, "ms", baseline=bare.p99_ms, at_most=15)

    def by_many() -> Row:
        many, bare = look(stack.url, token, requests, 16, 250), look(stack.url, token, live, 16, 250)
        return measured("show over HTTP, 16 clients", many.rate, "requests/s", baseline=bare.rate, at_least=500)

    yield by_one
    yield by_many


def looks_under_attack(bench: Bench) -> Iterator[Step]:
    """Looks of an honest user while others attack."""
    yield from flood_rows(bench.stack, _looks(bench))


def _looks(bench: Bench) -> list[Request]:
    with reading_views(Database(bench.stack.settings.need_database(), "contactpoint bench")) as cursor:
        return [Request(f"/children/{child}") for child in directory.children(cursor, None, LOOKED_AT)]


def end_to_end_rows(bench: Bench) -> Iterator[Step]:
    """All roles at once, with as many submissions again before them."""
    stack = bench.stack
    stack.start("relay", "projector")
    stages.settle(stack, stages.answered(stack))
    fed = feed(stack.settings.need_kafka(), mixed(bench.submissions, seed=2))
    bench.fed += fed
    stack.start("registrar")
    flow = stages.flow(stack, fed)
    yield measured(
        f"end to end, all roles at once (slowest: {flow.slowest})", flow.pace.rate, "submissions/s", at_least=2_500
    )


def memory_rows(bench: Bench) -> Iterator[Step]:
    """The peak of each role's memory, and whether it grows with what it has done."""
    stack, children = bench.stack, bench.submissions
    peaks = []
    for seed in (3, 4):
        goal = stages.answered(stack) + children
        bench.fed += feed(stack.settings.need_kafka(), registrations(children, seed))
        stages.settle(stack, goal)
        pids = {role: process.pid for role, process in stack.processes.items()} | {"kafka": stack.kafka_pid}
        peaks.append({role: peak_mib(pid) for role, pid in pids.items()})
    for role, first in peaks[0].items():
        most = 768 if role == "kafka" else 400
        yield measured(f"memory of {role} at {children:,} children", first, "MiB", at_most=most)
        yield measured(f"memory of {role} after as many again", peaks[1][role], "MiB", baseline=first, at_most=most)
