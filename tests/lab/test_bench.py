"""`contactpoint bench`: what fails costs only itself, an interrupt keeps the rows, and nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.cli.errors import WrongUsage
from services.lab.bench.command import PARTS, chosen
from services.lab.bench.folders import PREFIX, remove_left
from services.lab.bench.parts import Failure, Step, each_for_itself
from services.lab.bench.rows import Row, measured
from tests.support.waiting import eventually

HOLDS_A_FOLDER = """
import sys
from services.lab.bench.folders import own_folder
with own_folder() as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""

ATTACKS = """
import sys
from services.lab.bench.attackers import Target, attacked, flood
if __name__ == "__main__":
    with attacked(flood, Target("http://127.0.0.1:1", "a token", ["/children/x"])):
        print("attacked", flush=True)
        sys.stdin.read()
"""


def test_a_row_that_fails_costs_only_itself() -> None:
    first, second = measured("first", 1, "ms"), measured("second", 2, "ms")

    def fails() -> Row:
        raise ValueError("it was\nlate")

    def steps() -> Iterator[Step]:
        yield lambda: first
        yield fails
        yield lambda: second

    assert list(each_for_itself("a part", steps())) == [first, Failure("a part", "ValueError: it was late"), second]


def test_parts_are_chosen_by_name_and_stay_in_their_order() -> None:
    assert chosen([]) == list(PARTS)
    assert [part.name for part in chosen(["relay", "registrar"])] == ["registrar", "relay"]
    with pytest.raises(WrongUsage, match="the parts are registrar, relay, projector"):
        chosen(["relays"])


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A system's temporary folder of this test's own, which root's Postgres may enter."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-test-") as made:
        yield Path(made)


def test_what_helps_a_run_ends_with_it_also_where_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "attacking.py"
    script.write_text(ATTACKS)
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, script], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        assert run.stdout.readline() == "attacked\n"
        helpers = psutil.Process(run.pid).children(recursive=True)
        assert helpers
        run.kill()
    _, alive = psutil.wait_procs(helpers, timeout=60)
    assert not alive


def test_the_folder_of_a_killed_run_is_removed_and_that_of_a_living_one_is_not(scratch: Path) -> None:
    environ = {**os.environ, "TMPDIR": str(scratch)}
    command = [sys.executable, "-c", HOLDS_A_FOLDER]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        folder = Path(run.stdout.readline().strip())
        begun = scratch / f"{PREFIX}of-a-run-that-is-just-beginning"
        begun.mkdir()
        remove_left(scratch)
        assert folder.exists()
        run.kill()
        run.wait()
    assert folder.exists()
    remove_left(scratch)
    assert list(scratch.iterdir()) == [begun]


def test_a_part_that_fails_and_an_interrupt_leave_the_other_rows_and_nothing_else(scratch: Path) -> None:
    errors = scratch.with_name(f"{scratch.name}.err")
    words = ["bench", "--only", "registrar", "relay", "matching", "--submissions", "2000", "--json"]
    with errors.open("wb") as stderr:
        run = subprocess.Popen(
            [sys.executable, "-m", "services.cli.main", *words],
            env={**os.environ, "TMPDIR": str(scratch)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        registrar = eventually(lambda: _service(run.pid, "registrar") or run.poll() is not None)
        assert isinstance(registrar, psutil.Process), errors.read_text()
        registrar.kill()
        eventually(lambda: "relay: messages published" in errors.read_text() or run.poll() is not None)
        run.send_signal(signal.SIGTERM)
        out, _ = run.communicate(timeout=120)
    finally:
        run.kill()
        said = errors.read_text()
        errors.unlink()
    assert run.returncode == 130, said
    document = json.loads(out)
    assert [row["name"] for row in document["rows"]] == ["relay: messages published"]
    (failed,) = document["failed"]
    assert failed["part"] == "registrar"
    assert "registrar has ended" in failed["why"] or "registrar did not start" in failed["why"]
    assert "registrar failed" in said
    assert "Traceback" not in said
    assert list(scratch.iterdir()) == []


def _service(bench: int, role: str) -> psutil.Process | None:
    """The process of a role that a bench runs."""
    for process in psutil.Process(bench).children(recursive=True):
        try:
            if {"run", role} <= set(process.cmdline()):
                return process
        except psutil.NoSuchProcess:
            continue
    return None
