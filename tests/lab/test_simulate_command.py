"""The verb `simulate` says what the population came to, and refuses what it can't make."""

import json
from pathlib import Path

import pytest

from services.cli.main import main

Captured = pytest.CaptureFixture[str]


def test_the_figures_are_shown_to_people(capfd: Captured, tmp_path: Path) -> None:
    words = ["--children", "60", "--seed", "2", "--out", str(tmp_path / "feeds"), "--stop", "nhs-gp=2001-01-31"]
    assert main(["simulate", *words]) == 0
    captured = capfd.readouterr()
    assert "60 children" in captured.out.splitlines()[0]
    assert "in need on 2008-11-14" in captured.out
    assert "nhs-gp stopped after 2001-01-31" in captured.out
    assert captured.err == ""


def test_with_json_the_answer_counts_what_was_written(capfd: Captured, tmp_path: Path) -> None:
    out = tmp_path / "new" / "county"
    assert main(["simulate", "--children", "1", "--seed", "1", "--out", str(out), "--json"]) == 0
    made = json.loads(capfd.readouterr().out)
    assert made == {
        "children": 1,
        "submissions": made["submissions"],
        "agencies": made["agencies"],
        "realised": json.loads((out / "realised.json").read_bytes()),
        "out": str(out),
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--stop", "nobody=2005-01-31"], "the county has no agency 'nobody'"),
        (["--stop", "nhs-gp"], "names no day"),
        (["--stop", "nhs-gp="], "is no date"),
        (["--stop", "nhs-gp=2005-02-30"], "is no date"),
        (["--stop", "nhs-gp=2008-11-14"], "all feeds end on 2008-11-14"),
        (["--stop", "nhs-gp=2005-01-31", "--stop", "nhs-gp=2006-01-31"], "an agency stops once"),
        (["--late", "1.5"], "no share"),
        (["--late", "nan"], "no share"),
        (["--late", "often"], "no share"),
        (["--children", "50000001"], "at most 50,000,000"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_sentence(
    words: list[str], why: str, tmp_path: Path, capfd: Captured
) -> None:
    out = tmp_path / "feeds"
    assert main(["simulate", "--children", "1", "--seed", "1", "--out", str(out), *words]) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert why in captured.err
    assert not out.exists()
