"""Every sample on a running stack: taken once, a duplicate the second time; and extracts that may not be sent."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.feeds.layout_file import load_layout, sample_of, shipped
from tests.pipeline.feeds.extracts import ADA, BEN, CLUB, extract_of, written
from tests.support.stack import Stack

CLEAN = ("refused", "invalid", "rows_in_error")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sample as a file, an agency for each, and the club's layout."""
    made = tmp_path_factory.mktemp("extracts")
    agencies = [(name, load_layout(name).layout.sent_by[0]) for name in shipped()]
    agencies += [(f"club-{number}", "voluntary") for number in range(1, 7)]
    register = "".join(f"- {{code: {code}, name: {code}, kind: {kind}}}\n" for code, kind in agencies)
    written(made, register, "agencies.yaml")
    written(made, CLUB, "club.yaml")
    for name in shipped():
        written(made, sample_of(name), f"{name}.csv")
    return made


@pytest.fixture(scope="module")
def registered(stack: Stack, folder: Path) -> Path:
    stack.ask("agencies", "add", folder / "agencies.yaml")
    return folder


def words(folder: Path, name: str) -> list[object]:
    """How a sample is sent."""
    stated = ["--extract", "LH-2008-10", "--taken-on", "2008-10-24", "--rows", "3"] if name == "voluntary" else []
    return ["submit", folder / f"{name}.csv", "--layout", name, "--agency", name, "--wait", *stated]


@pytest.fixture(scope="module")
def sent(stack: Stack, registered: Path) -> dict[str, Any]:
    """The answer for each sample when it was sent the first time."""
    return {name: stack.ask(*words(registered, name)) for name in shipped()}


def test_every_line_of_every_sample_is_accepted(sent: dict[str, Any]) -> None:
    for name, counts in sent.items():
        assert counts["submitted"] == counts["accepted"] > 0, (name, counts)
        assert [counts[each] for each in CLEAN] == [0, 0, 0]
        assert counts["extract_was"] == "new"


def test_sent_twice_everything_is_a_duplicate(stack: Stack, registered: Path, sent: dict[str, Any]) -> None:
    before = stack.ask("status")["positions"]
    for name in shipped():
        counts = stack.ask(*words(registered, name))
        assert counts["submitted"] == counts["duplicate"] == sent[name]["submitted"]
        assert counts["extract_was"] == "sent"
    assert stack.ask("status")["positions"] == before


def test_the_next_snapshot_amends_what_is_known(stack: Stack, registered: Path, sent: dict[str, Any]) -> None:
    for name in ("school-census", "child-protection-register", "social-care", "education-welfare"):
        next_one = sample_of(name).replace("24/10/2008", "24/11/2008")
        path = written(registered, next_one, f"{name}-next.csv")
        counts = stack.ask(*words(registered, name)[:1], path, *words(registered, name)[2:], "--extract", "NEXT-1")
        assert counts["submitted"] == counts["accepted"] == sent[name]["accepted"], (name, counts)


def test_a_row_missing_from_a_snapshot_ends_nothing(stack: Stack, registered: Path, sent: dict[str, Any]) -> None:
    head, *_, last = sample_of("school-census").splitlines()
    path = written(registered, f"{head}\n{last.replace(',4', ',0')}\n", "empty-census.csv")
    before = stack.ask("status")["positions"]
    options = [*words(registered, "school-census")[2:], "--extract", "EMPTY-1", "--taken-on", "2008-11-25"]
    assert stack.ask("submit", path, *options)["submitted"] == 0
    assert stack.ask("status")["positions"] == before


def club(stack: Stack, folder: Path, agency: str, text: str, *more: object) -> subprocess.CompletedProcess[str]:
    """Sends an extract of a club."""
    path = written(folder, text, "club.csv")
    return stack.run("submit", path, "--layout", folder / "club.yaml", "--agency", agency, "--wait", *more)


def test_rows_in_error_are_listed_and_the_others_go(stack: Stack, registered: Path) -> None:
    answer = club(
        stack, registered, "club-1", extract_of(ADA, *[f"C{n},Cy,=1,,,,,01/09/2008," for n in range(25)], BEN)
    )
    counts = json.loads(answer.stdout)
    assert (answer.returncode, counts["accepted"], counts["rows_in_error"]) == (1, 5, 25)
    lines = answer.stderr.splitlines()
    assert lines[0].startswith("line 3, Last: begins like a formula")
    assert (len(lines), lines[-1].split(";")[0]) == (21, "and 5 more errors")


def test_other_content_an_older_day_and_a_cut_off_file_are_refused(stack: Stack, registered: Path) -> None:
    assert club(stack, registered, "club-2", extract_of(ADA)).returncode == 0
    before = stack.ask("status")["positions"]
    for text, sentence in [
        (extract_of(BEN), "other content"),
        (extract_of(BEN, id_="X2", day="23/10/2008"), "--older-too"),
        (extract_of(BEN, id_="X2", promised=2), "promises 2 rows and has 1"),
        (extract_of(BEN, id_="X2").partition("END")[0], "cut off"),
    ]:
        answer = club(stack, registered, "club-2", text)
        assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 1)
        assert sentence in answer.stderr
    assert stack.ask("status")["positions"] == before
    older = club(stack, registered, "club-2", extract_of(BEN, id_="X2", day="23/10/2008"), "--older-too")
    assert json.loads(older.stdout)["accepted"] == 3


def test_a_layout_of_another_kind_and_an_unknown_agency_are_refused(stack: Stack, registered: Path) -> None:
    for agency, sentence in [("police", "is of the kind police"), ("nobody", "not in the agency register")]:
        answer = club(stack, registered, agency, extract_of(ADA))
        assert (answer.returncode, len(answer.stderr.splitlines())) == (1, 1)
        assert sentence in answer.stderr


KILLED = """
import os, sys
from services.cli.main import main
from services.submit.sender import Sender

def send(self, *what, real=Sender.send, calls=[]):
    real(self, *what)
    calls.append(None)
    if len(calls) == 1_000:
        self.finish()
        os._exit(9)

Sender.send = send
main(sys.argv[1:])
"""
"""The command, which dies as if killed when Kafka has a thousand submissions."""


def test_an_extract_that_was_cut_short_is_finished_by_sending_it_again(stack: Stack, registered: Path) -> None:
    rows = [f"K{number},Kay,Ninefold{number},,,,,01/09/2008,17/10/2008" for number in range(1_000)]
    path = written(registered, extract_of(*rows), "long.csv")
    command = ["submit", path, "--layout", registered / "club.yaml", "--agency", "club-3"]
    killed = [sys.executable, "-c", KILLED, *map(str, command), "--data", str(stack.data)]
    assert subprocess.run(killed, timeout=60, check=False).returncode == 9
    counts = stack.ask(*command, "--wait")
    assert counts["extract_was"] == "begun"
    assert (counts["submitted"], counts["accepted"], counts["duplicate"]) == (3_000, 2_000, 1_000)
    assert stack.ask(*command, "--wait")["duplicate"] == 3_000


CHANGED = """
import sys
from services.cli.main import main
from services.submit.sender import Sender

def send(self, *what, real=Sender.send):
    real(self, *what)
    with open(sys.argv[2], "a") as file:
        file.write(" ")

Sender.send = send
sys.exit(main(sys.argv[1:]))
"""
"""The command, while somebody changes the file."""


def test_an_extract_that_is_changed_while_it_is_sent_is_not_complete(stack: Stack, registered: Path) -> None:
    path = written(registered, extract_of(ADA, id_="C1"), "changed.csv")
    command = ["submit", path, "--layout", registered / "club.yaml", "--agency", "club-5"]
    changed = [sys.executable, "-c", CHANGED, *map(str, command), "--data", str(stack.data)]
    answer = subprocess.run(changed, timeout=60, check=False, capture_output=True, text=True)
    assert (answer.returncode, len(answer.stderr.splitlines())) == (1, 1)
    assert "was changed while it was sent" in answer.stderr
    written(registered, extract_of(ADA, id_="C1"), "changed.csv")
    assert stack.ask(*command, "--wait")["extract_was"] == "begun"


def test_a_child_who_comes_back_is_registered_again(stack: Stack, registered: Path) -> None:
    layout = written(
        registered,
        CLUB + "  - type: child.deregistered\n    when: {Ended: filled}\n    fields: {reason: {value: moved-away}}\n",
        "leaving.yaml",
    )
    back = BEN.replace("17/10/2008", "")
    for number, rows in enumerate([(BEN, back), (back,), (BEN,), (back, BEN)]):
        path = written(registered, extract_of(*rows, id_=f"L{number}"), "leaving.csv")
        counts = stack.ask("submit", path, "--layout", layout, "--agency", "club-4", "--wait")
        assert counts["submitted"] == counts["accepted"], (number, counts)


def test_a_number_that_was_sent_for_somebody_else_is_an_error_of_preview_and_sending(
    stack: Stack, registered: Path
) -> None:
    padded = "007,Cy,Octonion,01/03/2002,,,,01/09/2008,"
    assert club(stack, registered, "club-6", extract_of(ADA, BEN, padded)).returncode == 0
    rows = [
        "R1,Ben,Quaternion,05/06/1999,1,,,01/09/2008,",
        "7,Cy,Octonion,01/03/2002,,,,01/09/2008,",
        BEN.replace("Ben", "Benjamin"),
        "R3,Dot,Octonion,,,,,01/09/2008,",
    ]
    for more in (["--preview"], ["--wait"]):
        answer = club(stack, registered, "club-6", extract_of(*rows, id_="X2", day="25/10/2008"), *more)
        told = json.loads(answer.stdout)
        assert (answer.returncode, told["rows_in_error"]) == (1, 2)
        assert [(each["line"], each["column"]) for each in told["errors"]] == [(2, "Ref"), (3, "Ref")]
    assert told["accepted"] > 0
