"""Settings learnt from records: what is learnt is true, repeatable, and tells nothing of anybody."""

from collections import Counter
from itertools import product
from math import prod
from pathlib import Path

import pytest

from domain.matching import Comparer
from domain.matching.evidence import FIELDS
from domain.matching.settings import LEVELS, Chances
from domain.matching.similarity import ABSENT
from services.lab.matching import estimation
from services.lab.matching.corpus import Corpus
from services.lab.matching.estimation import estimate
from services.lab.matching.pairs import Agreement, sample_pairs
from services.lab.matching.settings_text import rounded, settings_text
from services.lab.matching.simulated import simulated
from services.lab.matching.training import train
from services.lab.matching.trial import featured
from services.registrar.matcher_settings import load_settings

SHIPPED = load_settings()
KNOWN: dict[str, dict[str, Chances]] = {
    "given_name": {
        "same": Chances(0.70, 0.01, 0.85, 0.004),
        "close": Chances(0.20, 0.02, 0.02, 0.006),
        "differs": Chances(0.10, 0.97, 0.01, 0.99),
    },
    "family_name": {"same": Chances(0.90, 0.85, 0.92, 0.004), "differs": Chances(0.10, 0.15, 0.01, 0.996)},
    "gender": {"same": Chances(0.98, 0.50, 0.95, 0.50), "differs": Chances(0.02, 0.50, 0.05, 0.50)},
    "date_of_birth": {"same": Chances(0.80, 0.02, 0.96, 0.001), "differs": Chances(0.20, 0.98, 0.005, 0.999)},
    "address": {"same": Chances(0.90, 0.80, 0.0005, 0.0005), "differs": Chances(0.10, 0.20, 0.96, 0.9995)},
    "carers": {"same": Chances(0.85, 0.90, 0.0005, 0.0005), "differs": Chances(0.15, 0.10, 0.96, 0.9995)},
}
PAIRS = {"match": 20_000, "relative": 30_000, "stranger": 2_000_000}


@pytest.fixture(scope="module")
def population() -> Corpus:
    return simulated(250, 3, 2)


def made_up_pairs() -> dict[Agreement, float]:
    """How many pairs agree how far where kinds are mixed that agree independently, each field by KNOWN."""
    many: Counter[Agreement] = Counter()
    for levels in product(*KNOWN.values()):
        of = dict(zip(KNOWN, levels, strict=True))
        agreement = False, tuple(of.get(field, ABSENT) for field in FIELDS)
        for kind, number in PAIRS.items():
            many[agreement] += number * prod(getattr(KNOWN[field][of[field]], kind) for field in of)  # type: ignore[assignment]
    return dict(many)


def test_known_chances_are_found_again_though_nobody_says_which_pairs_are_of_one_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(estimation, "STRENGTH", 1.0)
    monkeypatch.setattr(estimation, "SHARE", 0.0)
    learnt = estimate(SHIPPED, made_up_pairs())
    assert learnt.matches == pytest.approx(PAIRS["match"], rel=0.05)
    assert learnt.rivals.relative == pytest.approx(PAIRS["relative"] / PAIRS["match"], rel=0.1)
    assert learnt.rivals.stranger == pytest.approx(PAIRS["stranger"] / PAIRS["match"], rel=0.1)
    for field, levels in KNOWN.items():
        for level, chances in levels.items():
            found = learnt.fields[field][level]
            assert found.match == pytest.approx(chances.match, abs=0.03)
            assert found.relative == pytest.approx(chances.relative, abs=0.03)
            assert found.stranger == pytest.approx(chances.stranger, abs=0.01)


def test_what_was_known_before_holds_back_what_few_pairs_say() -> None:
    few = {agreement: number / 1_000 for agreement, number in made_up_pairs().items()}
    learnt, known = estimate(SHIPPED, few), SHIPPED.fields["given_name"]["differs"].match
    assert abs(learnt.fields["given_name"]["differs"].match - known) < abs(0.10 - known) / 2


def test_what_is_never_seen_keeps_what_was_known() -> None:
    learnt = estimate(SHIPPED, made_up_pairs())
    for field in ("nhs_number", "upn", "contacts", "postcode"):
        for level in LEVELS[field]:
            assert learnt.fields[field][level] == pytest.approx(SHIPPED.fields[field][level])
    assert learnt.rivals.namesake == SHIPPED.rivals.namesake


def test_training_gives_the_same_settings_each_time(population: Corpus) -> None:
    one, same = train(population, SHIPPED, 20_000), train(population, SHIPPED, 20_000)
    assert one == same
    assert one.settings.version != SHIPPED.version
    again = train(population, one.settings, 20_000).settings
    assert again.version.count("trained") == 1


def test_training_does_not_look_at_who_is_who(population: Corpus) -> None:
    blind = population._replace(reported=[each._replace(person=each.record) for each in population.reported])
    assert train(blind, SHIPPED, 20_000) == train(population, SHIPPED, 20_000)


@pytest.mark.parametrize("most", [2, 500, 5_000])
def test_no_more_pairs_are_compared_than_asked_for_and_all_are_stood_for(population: Corpus, most: int) -> None:
    features = list(dict(featured(population)).values())
    sample = sample_pairs(features, Comparer(SHIPPED), most)
    assert sample.compared <= most * 1.2
    all_pairs = len(features) * (len(features) - 1) / 2
    assert sum(sample.agreements.values()) == pytest.approx(all_pairs, rel=0.02)


def test_a_settings_file_is_read_as_it_was_written(population: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "trained.yaml"
    for settings in (SHIPPED, train(population, SHIPPED, 20_000).settings):
        path.write_text(settings_text(settings), encoding="utf-8")
        assert load_settings(path) == settings == rounded(settings)
        assert "# " in path.read_text(encoding="utf-8")
