"""What `status` says of a part that does not work: which it is, since when, and what to do."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from projections.engine import stops
from projections.engine.live_schema import use_live
from services.configuration.settings import read_settings, stack_file
from services.local_stack.child import Child
from services.local_stack.layout import lay_out
from services.local_stack.program import CannotStart, Program
from services.local_stack.state_files import StateFiles
from tests.cli.run import Run
from tests.support.world import World

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Supervised:
    """A projector that can be started or not, and what its supervisor writes down of it, by a clock of the test's."""

    def __init__(self, environ: dict[str, str]) -> None:
        settings = read_settings(environ["CONTACTPOINT_DATA"], environ)
        layout = lay_out(settings, ["projector"])
        self.file, self.can_start = stack_file(settings.data), False
        self._now = BEGAN
        self._files = StateFiles(settings.data, layout, lambda: self._now)
        self.projector = Child(layout.services[0], self._start)

    def step(self, minute: int) -> None:
        """Does what is due so many minutes after the beginning."""
        self._now = BEGAN + timedelta(minutes=minute)
        self.projector.step(minute * 60.0)
        self._files.write([self.projector])

    def _start(self, _program: Program) -> subprocess.Popen[bytes]:
        if not self.can_start:
            raise CannotStart("no key")
        return subprocess.Popen(["sleep", "600"])


@pytest.fixture
def supervised(environ: dict[str, str]) -> Iterator[Supervised]:
    made = Supervised(environ)
    yield made
    made.projector.stop()
    made.file.unlink()


def test_a_process_that_does_not_run_is_named_with_why_and_since_when(supervised: Supervised, run: Run) -> None:
    for minute in range(3):
        supervised.step(minute)
    status, out, err = run("status")
    assert status == 3
    assert "projector could not be started (no key); it has not run since 2026-01-05T09:00:00Z: wait" in err
    assert "projector\tbacking-off\t2026-01-05T09:00:00Z" in out

    supervised.can_start = True
    supervised.step(3)
    supervised.step(4)
    supervised.step(5)
    status, out, _ = run("status")
    assert (status, "projector\trunning\t2026-01-05T09:04:00Z" in out) == (0, True)


def test_what_an_older_version_wrote_of_its_stack_can_be_read(supervised: Supervised, run: Run) -> None:
    supervised.step(0)
    stack = json.loads(supervised.file.read_text())
    del stack["kafka_sign_in"]
    for process in stack["processes"]:
        process.pop("since", None)
    supervised.file.write_text(json.dumps(stack))
    _, _, err = run("status")
    assert "since None" not in err
    kafka = read_settings(supervised.file.parent, {}).need_kafka()
    assert (kafka.bootstrap_servers, kafka.sasl_username) == (stack["kafka"], None)


def test_a_projection_that_stands_still_is_named_with_where_why_and_since_when(world: World, run: Run) -> None:
    with world.database.transaction() as cursor:
        use_live(cursor)
        stops.record(cursor, stops.Stop("register.events", 3, 17, "search", "KeyError", "search/project.py:41"))
        cursor.execute("update stops set since = %s", (BEGAN,))
    try:
        status, out, err = run("status", "--json")
    finally:
        with world.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute("delete from stops")
    stands = "search stands before register.events/3/17: KeyError at search/project.py:41, since 2026-01-05T09:00:00Z"
    (trouble,) = json.loads(out)["troubles"]
    assert (status, trouble["part"], trouble["says"]) == (3, "projector", stands)
    assert trouble["do"] in err
