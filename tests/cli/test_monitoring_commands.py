"""The verbs access, subject-access and corrections: what they print and write, and their exit status."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import Run
from tests.support.api_world import NHS_NUMBER
from tests.support.world import World, person

NOBODY = "00000000-0000-4000-8000-000000000000"
AUDITOR = ["--as", "demo-auditor", "--reason", "audit: the monthly report"]
OFFICER = ["--as", "demo-subject-access-officer", "--reason", "subject-access: asked at the desk"]
PRACTITIONER = ["--as", "demo-practitioner", "--reason", "new-referral"]
MOTHER = {"name": "Anne Quaternion", "relationship": "mother", "phone": "01632 960001"}


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    amended = person("S1", nhs_number=NHS_NUMBER, carers=[MOTHER]) | {"type": "child.amended"}
    assert one_child.submit(amended) == ["accepted"]
    return one_child


def as_json(ran: tuple[int, str, str], status: int = 0) -> Any:
    """The one JSON document of a verb that ended with that status."""
    assert ran[0] == status, ran[2]
    return json.loads(ran[1])


def one_sentence(ran: tuple[int, str, str], status: int) -> str:
    """The sentence of a verb that ended otherwise than well."""
    assert (ran[0], ran[1], len(ran[2].splitlines())) == (status, "", 1)
    return ran[2]


def test_an_access_report(world: World, run: Run, child: str) -> None:
    assert run("show", child, *PRACTITIONER)[0] == 0
    world.view_looks()
    found = as_json(run("access", "report", *AUDITOR, "--json"))
    assert found["users"] >= 1
    mine = as_json(run("access", "report", "--user", "demo-practitioner", *AUDITOR, "--json"))
    assert (mine["user"], mine["users"], mine["look_ups"]) == ("demo-practitioner", 1, 1)
    status, out, err = run("access", "report", *AUDITOR)
    assert (status, err) == (0, "")
    assert "never a proof" in out
    assert "Quaternion" not in out
    assert "403" not in one_sentence(run("access", "report", *PRACTITIONER), 1)
    world.view_looks()
    out = run("access", "report", *AUDITOR)[1]
    assert "Denied attempts" in out
    assert "access-report 1" in out
    one_sentence(run("access", "report", "--from", "yesterday", *AUDITOR), 2)
    one_sentence(run("access", "report", "--from", "2026-02-01", "--to", "2026-01-01", *AUDITOR), 2)


def test_looks_are_shown_under_an_entry_to_those_who_may_know(world: World, run: Run, child: str) -> None:
    run("show", child, *PRACTITIONER)
    world.view_looks()
    assert "Looked at" not in run("show", child, *PRACTITIONER)[1]
    out = run("show", child, "--as", "demo-data-manager", "--reason", "data-quality")[1]
    assert "Looked at" in out
    assert "new-referral" in out
    assert "demo-practitioner" not in out


@pytest.mark.parametrize(("html", "begins"), [(False, b"{\n"), (True, b"<!doctype html>")])
def test_a_document_is_written_for_its_owners_eyes(
    run: Run, child: str, tmp_path: Path, html: bool, begins: bytes
) -> None:
    target = tmp_path / "document"
    words = ["subject-access", child, "--for", "child", "--out", target, *(["--html"] if html else []), *OFFICER]
    written = as_json(run(*words, "--json"))
    content = target.read_bytes()
    assert (written["file"], written["bytes"]) == (str(target), len(content))
    assert content.startswith(begins)
    assert NHS_NUMBER.encode() in content
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]
    status, out, _ = run(*words)
    assert (status, "hand it over" in out) == (0, True)


def test_a_carers_document_needs_the_carers_name(run: Run, child: str, tmp_path: Path) -> None:
    target = tmp_path / "document.json"
    words = ["subject-access", child, "--for", "carer", "--out", target, *OFFICER]
    one_sentence(run(*words), 2)
    one_sentence(run(*words, "--applicant", "Mallory Quaternion"), 1)
    assert not target.exists()
    assert run(*words, "--applicant", "Anne Quaternion")[0] == 0
    assert json.loads(target.read_bytes())["carers"] == [MOTHER]


def test_no_document_is_begun_for_whom_there_is_none(run: Run, child: str, tmp_path: Path) -> None:
    target = tmp_path / "document.json"
    for words, status in (
        ([NOBODY, "--for", "child", "--out", target, *OFFICER], 1),
        ([child, "--for", "child", "--out", target, *PRACTITIONER], 1),
        ([child, "--for", "child", "--out", tmp_path / "no" / "folder", *OFFICER], 1),
        ([child, "--for", "aunt", "--out", target, *OFFICER], 2),
    ):
        one_sentence(run("subject-access", *words), status)
    assert list(tmp_path.iterdir()) == []


def test_a_correction_from_its_beginning_to_its_end(world: World, run: Run, child: str) -> None:
    options = ["--by", "carer", "--text", "she left in July"]
    number = as_json(run("corrections", "ask", child, *options, *OFFICER, "--json"))["request"]
    world.view_looks()
    (listed,) = as_json(run("corrections", "list", "--open", *OFFICER, "--json"))["requests"]
    assert (listed["request"], listed["kind"], listed["status"]) == (number, "correction", "open")
    assert "she left in July" in run("corrections", "list", *OFFICER)[1]
    answer = ["corrections", "answer", number, "--outcome", "upheld", "--text", "amended by the school", *OFFICER]
    assert "answered" in run(*answer)[1]
    one_sentence(run(*answer), 1)
    world.view_looks()
    assert as_json(run("corrections", "list", "--open", *OFFICER, "--json")) == {"requests": []}
    one_sentence(run("corrections", "answer", NOBODY, *answer[3:]), 1)
    one_sentence(run("corrections", "ask", NOBODY, *options, *OFFICER), 1)
    one_sentence(run("corrections", "ask", child, "--by", "carer", "--text", "x", *OFFICER), 2)
    one_sentence(run("corrections", "list", *PRACTITIONER), 1)
