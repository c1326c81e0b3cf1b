"""A population as one stream: everything that is handed in, nothing else, in memory that does not grow with it."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from services.cli.main import main
from services.lab.simulate.feeds import submissions
from services.lab.simulate.handing_in import Manner
from tests.support.simulated_feeds import read_feeds

Captured = pytest.CaptureFixture[str]

FEW, MANY = 6_000, 18_000
MOST_GROWTH = 3 * 2**20
"""Bytes, which is 262 for each of the 12,000 children more. What is sent of one child has about 4,500."""

WATCHED = """
import os, sys
import psutil
from services.lab.simulate.feeds import write_stream
resident, most = psutil.Process().memory_info, 0
def watch(done, total):
    global most
    most = max(most, resident().rss)
with open(os.devnull, "wb") as out:
    write_stream(int(sys.argv[1]), 1, out, watch)
print(most)
"""

COMMAND = [sys.executable, "-m", "services.cli.main", "simulate"]


def test_the_stream_is_the_submissions_and_nothing_else(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    words = ["--children", "120", "--seed", "3", "--late", "0.2", "--stop", "nhs-gp=2001-01-31", "--out", "-"]
    assert main(["simulate", *words]) == 0
    captured = capfdbinary.readouterr()
    manner = Manner(0.2, {"nhs-gp": date(2001, 1, 31)})
    assert [json.loads(line) for line in captured.out.splitlines()] == list(submissions(120, 3, manner=manner))
    assert b"120 children" in captured.err
    assert b"in need at some time before eighteen" in captured.err
    assert b"nhs-gp stopped after 2001-01-31" in captured.err


def test_with_json_the_figures_beside_the_stream_are_one_document(capfd: Captured) -> None:
    assert main(["simulate", "--children", "5", "--seed", "3", "--out", "-", "--json"]) == 0
    captured = capfd.readouterr()
    made = json.loads(captured.err)
    assert made["out"] == "-"
    assert made["submissions"] == len(captured.out.splitlines())
    assert [row["of"] for row in made["realised"]["rows"] if row["name"] == "submissions handed in"] == [5]


def test_the_folder_holds_what_the_stream_gives(capfd: Captured, tmp_path: Path) -> None:
    words = ["simulate", "--children", "80", "--seed", "9", "--late", "0.1"]
    assert main([*words, "--out", str(tmp_path / "feeds")]) == 0
    capfd.readouterr()
    assert main([*words, "--out", "-"]) == 0
    streamed: dict[str, list[object]] = {}
    for submission in map(json.loads, capfd.readouterr().out.splitlines()):
        streamed.setdefault(submission["source"], []).append(submission)
    assert read_feeds(tmp_path / "feeds").sent == streamed


def test_a_reader_who_goes_away_ends_it_quietly() -> None:
    words = [*COMMAND, "--children", "40000", "--seed", "1", "--out", "-"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as streaming:
        assert streaming.stdout is not None
        assert streaming.stderr is not None
        assert json.loads(streaming.stdout.readline())["specversion"] == "1.0"
        streaming.stdout.close()
        assert streaming.stderr.read() == b""
        assert streaming.wait(60) == 0


def test_resident_memory_does_not_grow_with_the_population() -> None:
    few, many = (most_resident(children) for children in (FEW, MANY))
    assert many < few + MOST_GROWTH
    assert many < 200 * 2**20


def most_resident(children: int) -> int:
    """Bytes that a process of its own has in memory at most, after each block of children."""
    ended = subprocess.run(
        [sys.executable, "-c", WATCHED, str(children)], check=True, capture_output=True, text=True, env=os.environ
    )
    return int(ended.stdout)
