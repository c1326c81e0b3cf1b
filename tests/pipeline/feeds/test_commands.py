"""`submit --preview` and `layouts`: what they print without any server, and their exit status."""

import json
from pathlib import Path

import pytest

from services.cli.main import main
from services.feeds.layout_file import load_layout, sample_of, shipped
from tests.pipeline.feeds.extracts import ADA, BEN, CLUB, extract_of, written

Captured = pytest.CaptureFixture[str]

EVERYBODY = {"Ada", "Quaternion", "Ben", "Octonion", "2001", "03/02/2001", "9992461098", "R1", "R2"}


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KAFKA", "DATABASE_URL", "URL", "KEYS"):
        monkeypatch.delenv(f"CONTACTPOINT_{name}", raising=False)
    monkeypatch.setenv("CONTACTPOINT_DATA", str(tmp_path / "none"))


def preview(folder: Path, text: str, *more: str) -> list[str]:
    """The words for a preview of an extract of the club."""
    layout, path = written(folder, CLUB, "club.yaml"), written(folder, text)
    return ["submit", str(path), "--layout", str(layout), "--agency", "club-1", "--preview", *more]


def test_a_preview_is_one_document_without_a_value(tmp_path: Path, capfd: Captured) -> None:
    assert main(preview(tmp_path, extract_of(ADA, BEN, ADA), "--json")) == 0
    printed = capfd.readouterr()
    shown = json.loads(printed.out)
    assert printed.err == ""
    assert shown["extract"] == {"id": "X1", "taken_on": "2008-10-24", "rows": 3}
    assert shown["would_send"] == {
        "child.registered or child.amended": 2,
        "involvement.ended": 1,
        "involvement.started": 2,
    }
    assert shown["columns_never_sent"] == []
    assert shown["compared_with_what_was_sent"] is False
    assert (shown["rows"], shown["rows_in_error"], shown["rows_repeated"]) == (3, 0, 1)
    first = shown["first_rows"][0]
    assert (first["line"], first["columns"]) == (2, ["Ref", "First", "Last", "Born", "Sex", "NHS", "Phone", "Began"])
    assert first["becomes"][1] == {
        "type": "involvement.started",
        "fields": {"involvement": ["Ref", "Began"], "service": [], "started_on": ["Began"]},
    }
    assert not [value for value in EVERYBODY if f'"{value}"' in printed.out]


def test_a_preview_with_errors_is_status_1_and_lists_them(tmp_path: Path, capfd: Captured) -> None:
    wrong = [f"C{number},Cy,=1,,,,,01/09/2008," for number in range(3)]
    assert main(preview(tmp_path, extract_of(ADA, *wrong), "--json")) == 1
    errors = json.loads(capfd.readouterr().out)["errors"]
    assert [(each["line"], each["column"]) for each in errors] == [(3, "Last"), (4, "Last"), (5, "Last")]
    assert errors[0]["problem"].startswith("begins like a formula")
    assert errors[0]["advice"]


def test_for_people_a_preview_says_the_same(tmp_path: Path, capfd: Captured) -> None:
    wrong = [f"C{number},Cy,=1,,,,,01/09/2008," for number in range(1_030)]
    assert main(preview(tmp_path, extract_of(ADA, *wrong))) == 1
    printed = capfd.readouterr().out
    errors = (
        "1,031 rows, 1,030 in error",
        "line 3, Last: begins like",
        "line 1002, Last: begins",
        "and 30 more errors",
    )
    for text in ("Nothing was sent", "given_name \N{LEFTWARDS ARROW} First", *errors):
        assert text in printed
    assert not EVERYBODY & set(printed.replace(",", " ").split())


@pytest.mark.parametrize("name", [name for name in shipped() if name != "voluntary"])
def test_every_sample_can_be_previewed(name: str, tmp_path: Path, capfd: Captured) -> None:
    path = written(tmp_path, sample_of(name))
    assert main(["submit", str(path), "--layout", name, "--agency", "a", "--preview", "--json"]) == 0
    assert sum(json.loads(capfd.readouterr().out)["would_send"].values()) > 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--layout", "no-such-layout", "--agency", "a"], "layouts list"),
        (["--layout", "school-census"], "--agency CODE"),
        (["--layout", "school-census", "--agency", "A_B"], "agency's code"),
        (["--preview"], "need --layout"),
        (["--agency", "a"], "need --layout"),
        (["--rows", "few", "--layout", "voluntary", "--agency", "a"], "no whole number"),
        (["extract.csv", "--layout", "school-census", "--agency", "a"], "one FILE"),
    ],
)
def test_wrong_usage_is_status_2(
    more: list[str], sentence: str, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, extract_of(ADA))
    assert main(["submit", "extract.csv", *more]) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1


def test_a_file_that_is_refused_is_status_1_and_one_sentence(tmp_path: Path, capfd: Captured) -> None:
    assert main(preview(tmp_path, extract_of(ADA, promised=2), "--json")) == 1
    printed = capfd.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)
    assert "promises 2 rows and has 1" in printed.err


def test_sending_needs_a_stack(tmp_path: Path, capfd: Captured) -> None:
    assert main([word for word in preview(tmp_path, extract_of(ADA)) if word != "--preview"]) == 3
    assert "contactpoint up" in capfd.readouterr().err


def test_layouts_are_listed_shown_and_sampled(capfd: Captured) -> None:
    assert main(["layouts", "list", "--json"]) == 0
    listed = json.loads(capfd.readouterr().out)
    assert [each["layout"] for each in listed] == shipped()
    assert main(["layouts", "list"]) == 0
    assert "school-census" in capfd.readouterr().out
    assert main(["layouts", "show", "police"]) == 0
    assert capfd.readouterr().out == load_layout("police").text
    assert main(["layouts", "sample", "police"]) == 0
    assert capfd.readouterr().out == sample_of("police")
    assert main(["layouts", "sample", "police", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"layout": "police", "sample": sample_of("police")}
    assert main(["layouts", "show", "nothing"]) == 1
    assert main(["layouts"]) == 2


def test_what_show_prints_can_be_saved_and_used(tmp_path: Path, capfd: Captured) -> None:
    assert main(["layouts", "show", "police"]) == 0
    own = written(tmp_path, capfd.readouterr().out, "own.yaml")
    assert load_layout(str(own)) == load_layout("police")
