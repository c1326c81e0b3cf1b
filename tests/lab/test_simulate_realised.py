"""A population's realised figures are those that a plain recount gives, and they come out as they are aimed at."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.lab.simulate import realised as figures
from services.lab.simulate.feeds import Counts, submissions, write_feeds
from services.lab.simulate.model import Person
from services.lab.simulate.population import people

CHILDREN, SEED = 2_000, 17
SEEDS = (1, 2, 3, 2008, 20_081_114)
AIMED_AT = {"in need on 2008-11-14": 30, "in need at some time before eighteen": 50, "childhood spent in need": 30}
OF_CHILDREN_THERE = {
    "additional services on 2008-11-14": lambda child: child["additional_services_now"],
    "additional services ever by 2008-11-14": lambda child: child["additional_services_ever"],
    "education: placed": lambda child: child["education_status"] == "placed",
    "missing education: not-reported": lambda child: child["education_status"] == "not-reported",
    "missing education: reported-absent": lambda child: child["education_status"] == "reported-absent",
    "several GPs": lambda child: child["gp_count"] > 1,
    "no GP": lambda child: child["gp_count"] == 0,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("county") / "feeds"


@pytest.fixture(scope="module")
def counts(folder: Path) -> Counts:
    return write_feeds(CHILDREN, SEED, folder)


@pytest.fixture(scope="module")
def rows(counts: Counts) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in counts.realised["rows"]}


@pytest.fixture(scope="module")
def population() -> list[Person]:
    return list(people(CHILDREN, SEED))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_memo_s_figures_come_out_within_tolerance(seed: int, tmp_path: Path) -> None:
    made = write_feeds(1_500, seed, tmp_path / "feeds").realised["rows"]
    aimed = {row["name"]: row for row in made if row["target"] is not None}
    assert {name: row["target"] for name, row in aimed.items()} == AIMED_AT
    for row in aimed.values():
        assert row["met"] is True, f"seed {seed}: {row}"
        assert 1 < row["tolerance"] < 5.5, f"seed {seed}: {row}"


def test_the_tolerance_is_three_standard_deviations_and_the_model_s_bias(rows: dict[str, dict[str, Any]]) -> None:
    row = rows["in need at some time before eighteen"]
    assert row["of"] == CHILDREN
    assert row["tolerance"] == round(3 * 100 * (0.5 * 0.5 / CHILDREN) ** 0.5 + 1, 2)


@pytest.mark.parametrize(("name", "shift"), [("NEED_AT_ONE_TIME", 10.0), ("NEED_EVER", 10.0)])
def test_a_figure_that_is_missed_is_not_met(
    name: str, shift: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(figures, name, getattr(figures, name) + shift)
    made = write_feeds(CHILDREN, SEED, tmp_path / "feeds").realised["rows"]
    assert {row["met"] for row in made if row["target"] == getattr(figures, name)} == {False}


def test_the_file_holds_the_figures(folder: Path, counts: Counts) -> None:
    assert json.loads((folder / "realised.json").read_bytes()) == counts.realised
    assert counts.realised["stopped"] == []
    assert counts.realised["as_at"] == "2008-11-14"


@pytest.mark.parametrize("name", OF_CHILDREN_THERE)
def test_what_is_so_on_the_last_day_is_what_the_truth_says_of_the_living(
    name: str, folder: Path, rows: dict[str, dict[str, Any]]
) -> None:
    there = [child for child in json.loads((folder / "truth.json").read_bytes())["people"] if child["status"] == "live"]
    so: Callable[[dict[str, Any]], bool] = OF_CHILDREN_THERE[name]
    assert rows[name]["of"] == len(there)
    assert rows[name]["figure"] == pytest.approx(100 * sum(map(so, there)) / len(there), abs=0.001)


@pytest.mark.parametrize(("day", "under"), [("2007-11-14", 17), ("2005-11-14", 15), ("2002-11-14", 12)])
def test_need_on_an_earlier_day_is_that_of_the_children_who_were_there(
    day: str, under: int, population: list[Person], rows: dict[str, dict[str, Any]]
) -> None:
    on = date.fromisoformat(day)
    there = [p for p in population if p.came <= on and (p.status == "live" or on < p.until)]
    needy = [p for p in there if any(need.start <= on < need.end for need in p.needs)]
    row = rows[f"in need on {day} (all under {under})"]
    assert row["of"] == len(there)
    assert row["figure"] == pytest.approx(100 * len(needy) / len(there), abs=0.001)
    assert on.year - min(p.date_of_birth for p in there).year <= under


def test_movement_is_counted_while_a_child_is_there(population: list[Person], rows: dict[str, dict[str, Any]]) -> None:
    years = sum((p.until - p.came).days for p in population) / 365.25
    days = {
        "came into need": [d for p in population for d in within(p, [need.start for need in p.needs])],
        "came out of need": [d for p in population for d in within(p, [need.end for need in p.needs])],
        "moved home": [d for p in population for d in within(p, [home.since for home in p.family.homes[1:]])],
    }
    for name, happened in days.items():
        assert happened
        assert rows[name]["figure"] == pytest.approx(1_000 * len(happened) / years, abs=0.001)
        assert rows[name]["of"] == round(years)
    assert 0.1 < rows["moved to the other authority"]["figure"] / rows["moved home"]["figure"] < 0.3
    assert rows["came out of need"]["figure"] < rows["came into need"]["figure"]


def within(person: Person, days: list[date]) -> list[date]:
    """Those of the days on which the child had come before, and was still there."""
    return [day for day in days if person.came < day <= person.until]


def test_submissions_are_counted(counts: Counts, rows: dict[str, dict[str, Any]]) -> None:
    assert counts.submissions == sum(1 for _ in submissions(CHILDREN, SEED))
    assert rows["submissions handed in"]["figure"] == pytest.approx(counts.submissions / CHILDREN, abs=0.001)
    nothing = {"late by itself": 0, "held up behind a late one": 0, "how late both are": None, "never handed in": 0}
    assert {name: rows[name]["figure"] for name in nothing} == nothing
    assert rows["late by itself"]["met"] is None
