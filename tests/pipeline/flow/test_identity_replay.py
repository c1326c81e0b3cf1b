"""The history of a real stack under other settings, read from its Kafka, while it goes on as it was."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.reports import gp_registrations
from tests.support.stack import Stack

Sent = list[dict[str, Any]]
SHIPPED = files("domain.matching").joinpath("matcher.yaml").read_text(encoding="utf-8")


@pytest.fixture
def strict(tmp_path: Path) -> Path:
    """Settings under which nearly nothing is certain."""
    path = tmp_path / "strict.yaml"
    path.write_text(with_thresholds(certain=0.9999999))
    return path


def with_thresholds(**changed: float) -> str:
    """The settings that come with the product, with other thresholds."""
    settings = yaml.safe_load(SHIPPED)
    settings["thresholds"] |= changed
    return yaml.safe_dump({**settings, "version": "strict/1"})


def replay(stack: Stack, settings: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.ask("identity", "replay", "--settings", settings, *words)
    return found


def test_the_settings_that_the_log_was_decided_by_give_no_difference(stack: Stack, sent: Sent, tmp_path: Path) -> None:
    same = tmp_path / "same.yaml"
    same.write_text(SHIPPED)
    found = replay(stack, same)
    assert found["events"] == stack.ask("status")["positions"]["register"]
    assert found["left_out"] == {"records": 0, "positions": 0}
    assert found["decisions"]["compared"] >= found["records"] > 0
    assert found["decisions"]["different"] == 0
    assert found["pairs"]["only_log"] == found["pairs"]["only_replay"] == 0
    assert found["queue"]["new"] == found["queue"]["gone"] == 0
    assert found["examples"] == {"only_log": [], "only_replay": [], "queue_new": [], "queue_gone": []}
    entries = stack.export()
    assert found["reports"]["children"] == {"log": len(entries), "replay": len(entries)}
    several = sum(gp_registrations(_gps(entry)) > 1 for entry in entries)
    assert found["reports"]["several_gps"]["log"] == several > 0


def _gps(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Source and practice of each current registration with a GP."""
    current = [each for each in entry["involvements"] if each["service"] == "gp" and each["ended_on"] is None]
    return [(each["source"], each["organisation"]["name"]) for each in current]


def test_other_settings_show_differences_and_change_nothing(
    stack: Stack, sent: Sent, feeds: Path, strict: Path
) -> None:
    before = stack.export()
    found = replay(stack, strict, "--examples", "2")
    assert found["settings"] == "strict/1"
    assert found["decisions"]["links"]["only_log"] > found["decisions"]["links"]["only_replay"] == 0
    assert found["queue"]["were_linked"] > 0
    assert found["reports"]["children"]["replay"] > found["reports"]["children"]["log"]
    assert len(found["examples"]["only_log"]) == 2
    text = json.dumps(found["examples"])
    names = {entry["name"][part] for entry in before for part in ("given_name", "family_name")}
    assert not [name for name in names if name in text]
    assert stack.export() == before


def test_the_same_is_printed_for_people(stack: Stack, sent: Sent, strict: Path) -> None:
    words = ["-m", "services.cli.main", "identity", "replay", "--settings", str(strict), "--data", str(stack.data)]
    answer = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    assert "under strict/1: " in answer.stdout
    assert "Queued in the replay alone:" in answer.stdout
    assert answer.stderr == ""


def test_what_lies_before_from_stays_as_it_is(stack: Stack, sent: Sent, strict: Path) -> None:
    found = replay(stack, strict, "--from", "2100-01-01")
    assert (found["decisions"]["compared"], found["pairs"]["only_log"]) == (0, 0)
    found = replay(stack, strict, "--to", "2000-01-01")
    assert (found["events"], found["records"]) == (0, 0)


@pytest.mark.parametrize("text", ["version: [", "version: x", with_thresholds(possible=0.95, certain=0.9)])
def test_settings_that_cannot_be_used_are_wrong_usage(stack: Stack, tmp_path: Path, text: str) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(text)
    answer = stack.run("identity", "replay", "--settings", bad)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert len(answer.stderr.splitlines()) == 1
    assert "Traceback" not in answer.stderr
