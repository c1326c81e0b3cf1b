"""The change of version while everything goes on: role by role, the new one beside the old one until it is ready."""

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2

from tests.crash.soak.processes import Api, Processes


def upgrade(processes: Processes, progress: Callable[[str], None]) -> Iterator[None]:
    """One step after the other; between them the caller keeps everything running, and lets happen what may."""
    old, new = processes.old, processes.new
    yield from processes.initialise(new)
    progress("upgrade: projectors of the new version beside the old ones")
    processes.add(new, "projector")
    while "live" not in states(processes, new.definition):
        yield
    progress("upgrade: the new views are complete")
    added = processes.add(new, "api")
    while not processes.run(*added):
        yield
    processes.apis = [*processes.apis, Api(processes.second_url, new.definition)]
    progress("upgrade: both APIs answer")
    for role in ("registrar", "relay"):
        added = processes.add(new, role)
        while not processes.run(*added):
            yield
        processes.end(old, role)
        yield
    processes.apis = processes.apis[-1:]
    for role in ("api", "projector"):
        processes.end(old, role)
        yield
    progress("upgrade: nothing of the old version is left")


def states(processes: Processes, definition: str) -> set[str]:
    """The states of the schemas of views of a version; none while Postgres is away."""
    try:
        connection = psycopg2.connect(processes.layout.administrator_url, connect_timeout=2)
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("select state from projection.schemas where definition = %s", (definition,))
            return {state for (state,) in cursor.fetchall()}
    except psycopg2.OperationalError:
        return set()
