import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from services.local_stack.leftovers import Started, end_leftovers, write_record

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


@pytest.fixture
def orphan() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def record_of(process: subprocess.Popen[bytes]) -> Started:
    return Started.now("relay", process.pid, process.args, signal.SIGTERM)


def test_a_recorded_process_that_still_runs_is_ended(tmp_path: Path, orphan: subprocess.Popen[bytes]) -> None:
    write_record(tmp_path / "children.json", [record_of(orphan)])
    assert end_leftovers(tmp_path / "children.json") == ["relay"]
    assert not psutil.pid_exists(orphan.pid)


def test_another_process_with_the_number_of_a_recorded_one_is_left_alone(
    tmp_path: Path, orphan: subprocess.Popen[bytes]
) -> None:
    record = record_of(orphan)
    older = replace(record, created=record.created - 60)
    other = replace(record, command=["-m", "something.else"])
    write_record(tmp_path / "children.json", [older, other])
    assert end_leftovers(tmp_path / "children.json") == []
    assert orphan.poll() is None


def test_a_process_that_is_gone_is_nothing_to_end(tmp_path: Path, orphan: subprocess.Popen[bytes]) -> None:
    write_record(tmp_path / "children.json", [record_of(orphan)])
    orphan.kill()
    orphan.wait()
    assert end_leftovers(tmp_path / "children.json") == []


@pytest.mark.parametrize("text", ["", "[{", '[{"role": 1}]'])
def test_a_record_that_cannot_be_read_names_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "children.json").write_text(text)
    assert end_leftovers(tmp_path / "children.json") == []
