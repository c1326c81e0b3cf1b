"""Settings learnt from records: what is learnt is true, repeatable, and tells nothing of anybody."""

from collections import Counter
from itertools import product
from math import prod
from pathlib import Path

import pytest

from domain.matching import Comparer, MatcherSettings
from domain.matching.evidence import FIELDS, Levels
from domain.matching.settings import LEVELS, Chances
from domain.matching.similarity import ABSENT, DIFFERS
from services.lab.matching.corpus import Corpus
from services.lab.matching.corrupted import corrupted
from services.lab.matching.estimation import Estimate, estimate, estimate_again
from services.lab.matching.pairs import APART, GROWN_UP, Agreement, Sample, sample_pairs
from services.lab.matching.rehearsal import Rehearsal
from services.lab.matching.settings_text import rounded, settings_text
from services.lab.matching.simulated import simulated
from services.lab.matching.thresholds import CERTAIN, Expected, with_threshold
from services.lab.matching.training import Trained, train
from services.lab.matching.trial import featured, run
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
RANDOM = 10**8


@pytest.fixture(scope="module")
def population() -> Corpus:
    return simulated(250, 3, 2)


@pytest.fixture(scope="module")
def families() -> Corpus:
    return corrupted(60, 7)


@pytest.fixture(scope="module")
def of_families(families: Corpus) -> Trained:
    """What is learnt of the families, which is the same each time."""
    return train(families, SHIPPED, 20_000)


def made_up_pairs(size: float = 1.0, relatives: float = 1.0) -> Sample:
    """Pairs of kinds that agree independently, each field by KNOWN; the random ones are of strangers."""
    of_kind = PAIRS | {"relative": PAIRS["relative"] * relatives}
    meeting: Counter[Agreement] = Counter()
    random: Counter[Levels] = Counter()
    for levels in product(*KNOWN.values()):
        of = dict(zip(KNOWN, levels, strict=True))
        agreed = tuple(of.get(field, ABSENT) for field in FIELDS)
        for kind, number in of_kind.items():
            many = size * number * prod(getattr(KNOWN[field][of[field]], kind) for field in of)
            meeting[APART, agreed] += many  # type: ignore[assignment]
        random[agreed] += round(RANDOM * prod(KNOWN[field][of[field]].stranger for field in of))
    return Sample(dict(meeting), dict(random), round((2 * size * sum(PAIRS.values())) ** 0.5), RANDOM)


def of_pairs(settings: MatcherSettings, sample: Sample, learnt: Estimate) -> Expected:
    """What is expected of settings where each pair is linked by itself, whatever becomes of others."""
    comparer = Comparer(settings).among(sample.records)
    linked = right = 0.0
    for agreed, many in sample.meeting.items():
        evidence = comparer.weigh(agreed[1], settings.rivals.relative)
        if evidence.probability >= settings.thresholds.certain and not evidence.contradicts:
            linked += many
            right += many * learnt.degrees[agreed]
    return Expected(right / linked if linked else 1.0, right / learnt.matches, 0.0)


def test_known_chances_are_found_again_though_nobody_says_which_pairs_are_of_one_child() -> None:
    learnt = estimate(SHIPPED, made_up_pairs())
    assert learnt.matches == pytest.approx(PAIRS["match"], rel=0.05)
    assert learnt.rivals.relative == pytest.approx(PAIRS["relative"] / PAIRS["match"], rel=0.1)
    assert learnt.rivals.stranger == pytest.approx(PAIRS["stranger"] / PAIRS["match"], rel=0.1)
    for field, levels in KNOWN.items():
        for level, chances in levels.items():
            found = learnt.fields[field][level]
            assert found.match == pytest.approx(chances.match, abs=0.03)
            assert found.stranger == pytest.approx(chances.stranger, abs=0.01)
            if field not in ("given_name", "date_of_birth", "gender"):
                assert found.relative == pytest.approx(chances.relative, abs=0.03)


@pytest.mark.parametrize(("adults", "is_of_adults"), [(0.0, False), (0.5, False), (0.9, True)])
def test_of_children_there_are_relatives_for_each_however_few_were_found(adults: float, is_of_adults: bool) -> None:
    sample = made_up_pairs(relatives=0.01)
    of = {GROWN_UP: adults, APART: 1 - adults}
    meeting = {
        (whose, each[1]): n * share for each, n in sample.meeting.items() for whose, share in of.items() if share
    }
    rivals = estimate(SHIPPED, sample._replace(meeting=meeting)).rivals
    assert (rivals.relative < 0.1) is is_of_adults
    assert is_of_adults or rivals.relative == 1.0
    assert rivals.relative_in_one_agency >= 1.0


def test_what_was_known_before_holds_back_what_few_pairs_say_and_gives_way_to_many() -> None:
    known = SHIPPED.fields["given_name"]["differs"].match
    few, many = (estimate(SHIPPED, made_up_pairs(size)).fields["given_name"]["differs"].match for size in (0.001, 1.0))
    assert abs(few - known) < abs(0.10 - known) / 2
    assert many == pytest.approx(0.10, abs=0.005)


def test_what_is_never_seen_keeps_what_was_known() -> None:
    learnt = estimate(SHIPPED, made_up_pairs())
    for field in ("nhs_number", "upn", "contacts", "postcode"):
        for level in LEVELS[field]:
            found, known = learnt.fields[field][level], SHIPPED.fields[field][level]
            assert (found.match, found.relative, found.stranger) == pytest.approx(
                (known.match, known.relative, known.stranger)
            )
    assert learnt.rivals.namesake == SHIPPED.rivals.namesake


def test_namesakes_agree_in_name_and_birthday_like_one_child_and_else_like_strangers() -> None:
    fields = estimate(SHIPPED, made_up_pairs()).fields
    for name, levels in fields.items():
        for chances in levels.values():
            like = chances.match if name in ("given_name", "family_name", "date_of_birth") else chances.stranger
            assert chances.namesake == like


def test_how_many_cousins_share_a_name_is_learnt() -> None:
    """They agree in their names like one child, and else like strangers."""
    sample = made_up_pairs()
    meeting = dict(sample.meeting)
    for whose, agreed in sample.meeting:
        of = dict(zip(FIELDS, agreed, strict=True))
        share = prod(
            KNOWN[name][of[name]].match if name in ("given_name", "family_name") else KNOWN[name][of[name]].stranger
            for name in KNOWN
        )
        meeting[whose, agreed] += 10_000 * share
    assert estimate(SHIPPED, sample).rivals.cousin < 0.01
    assert estimate(SHIPPED, sample._replace(meeting=meeting)).rivals.cousin == pytest.approx(0.5, rel=0.1)


def test_what_is_expected_is_what_comes_of_it(population: Corpus) -> None:
    trained = train(population, SHIPPED, 40_000)
    came = run(population, Comparer(trained.settings))
    assert trained.expected.precision == pytest.approx(came.accuracy.pairs.precision, abs=0.02)
    assert trained.expected.recall == pytest.approx(came.accuracy.pairs.recall, abs=0.1)
    assert came.queue <= trained.expected.queue


def test_the_threshold_follows_from_the_precision_asked_for() -> None:
    sample = made_up_pairs()
    learnt = estimate(SHIPPED, sample)
    settings = SHIPPED.model_copy(update={"rivals": learnt.rivals, "fields": learnt.fields})
    chosen = [
        with_threshold(settings, lambda each: of_pairs(each, sample, learnt), least) for least in (0.9, 0.999, 1.1)
    ]
    certain = [each.thresholds.certain for each in chosen]
    assert certain[0] < certain[1] < certain[2] == max(CERTAIN)
    assert all(each.thresholds.possible < each.thresholds.certain for each in chosen)
    hopes = [of_pairs(each, sample, learnt) for each in chosen]
    assert hopes[1].precision >= 0.999
    assert hopes[0].recall > hopes[1].recall > hopes[2].recall


def test_of_thresholds_as_good_the_highest_is_taken(population: Corpus) -> None:
    sample = made_up_pairs()
    learnt = estimate(SHIPPED, sample)
    settings = SHIPPED.model_copy(update={"rivals": learnt.rivals, "fields": learnt.fields})
    chosen = with_threshold(settings, lambda each: of_pairs(each, sample, learnt))

    def hope(certain: float) -> float:
        thresholds = chosen.thresholds.model_copy(update={"certain": certain})
        return of_pairs(settings.model_copy(update={"thresholds": thresholds}), sample, learnt).f1

    best = max(map(hope, CERTAIN))
    assert hope(chosen.thresholds.certain) >= best - 0.001
    assert all(hope(each) < best - 0.001 for each in CERTAIN if each > chosen.thresholds.certain)


def test_training_gives_the_same_settings_each_time(families: Corpus, of_families: Trained) -> None:
    assert train(families, SHIPPED, 20_000) == of_families
    assert not of_families.kept
    assert of_families.settings.version != SHIPPED.version
    again = train(families, of_families.settings, 20_000).settings
    assert again.version.count("trained") == 1


def test_where_nothing_promises_more_the_settings_stay_as_they_are(
    population: Corpus, families: Corpus, of_families: Trained
) -> None:
    kept = train(population, SHIPPED, 20_000)
    assert (kept.kept, kept.settings, kept.expected) == (True, SHIPPED, kept.before)
    assert of_families.expected.f1 > of_families.before.f1
    came = [run(families, Comparer(each)).accuracy for each in (SHIPPED, of_families.settings)]
    assert came[0].clusters.f1 < came[1].clusters.f1


def test_training_makes_a_county_of_few_noisy_fields_no_worse() -> None:
    county = simulated(150, 1, 5, bare=True)
    shipped, trained = (
        run(county, Comparer(each)).accuracy for each in (SHIPPED, train(county, SHIPPED, 100_000).settings)
    )
    assert trained.pairs.f1 >= shipped.pairs.f1 - 0.005
    assert trained.clusters.f1 >= shipped.clusters.f1 - 0.01


def test_what_is_with_one_child_anyway_is_no_cousin_of_it() -> None:
    """Who agree in the names alone are taken for cousins, unless their records are together for other reasons."""
    sample = made_up_pairs()
    alike = {
        each: many
        for each, many in sample.meeting.items()
        if each[1][:2] == ("same", "same") and each[1][2] == DIFFERS and set(each[1][3:]) <= {ABSENT, DIFFERS, "same"}
    }
    meeting = {each: many + 5_000 * (each in alike) for each, many in sample.meeting.items()}
    sample = sample._replace(meeting=meeting)
    learnt = estimate(SHIPPED, sample)
    again = estimate_again(SHIPPED, sample, learnt, dict.fromkeys(alike, (5000.0, 5000.0)))
    assert again.rivals.cousin < learnt.rivals.cousin / 2
    assert again.matches > learnt.matches
    assert again.fields["date_of_birth"]["differs"].match > learnt.fields["date_of_birth"]["differs"].match
    assert estimate_again(SHIPPED, sample, learnt, {}).matches == pytest.approx(learnt.matches, rel=0.01)


def test_a_record_that_fits_one_of_a_childs_is_not_doubted_for_another_one(families: Corpus) -> None:
    """Two records are one child's as likely as the weakest link on the best way from one to the other."""
    reported = list(featured(families))
    levels = Comparer(SHIPPED)
    sample = sample_pairs(list(dict(reported).values()), levels, 20_000)
    learnt = estimate(SHIPPED, sample)
    linked = Rehearsal(reported).of_one(SHIPPED, learnt, levels)
    sure, many = (sum(each[which] for each in linked.values()) for which in (1, 0))
    alone = sum(many * learnt.degrees.get(each, 0.0) for each, (many, _) in linked.items())
    assert alone < sure <= many


def test_of_many_records_those_born_on_some_days_are_tried(population: Corpus) -> None:
    reported = list(featured(population))
    levels = Comparer(SHIPPED)
    learnt = estimate(SHIPPED, sample_pairs(list(dict(reported).values()), levels, 20_000))
    every, some = (Rehearsal(reported, most).expected(SHIPPED, learnt, levels) for most in (10_000, 400))
    assert some.recall == pytest.approx(every.recall, abs=0.2)
    assert some.precision == pytest.approx(every.precision, abs=0.02)


def test_training_does_not_look_at_who_is_who(families: Corpus, of_families: Trained) -> None:
    blind = families._replace(reported=[each._replace(person=each.record) for each in families.reported])
    assert train(blind, SHIPPED, 20_000) == of_families


@pytest.mark.parametrize("most", [2, 500, 5_000])
def test_no_more_pairs_are_compared_than_asked_for(population: Corpus, most: int) -> None:
    features = list(dict(featured(population)).values())
    sample = sample_pairs(features, Comparer(SHIPPED), most)
    assert sample.compared <= most * 1.2
    assert sample.pairs == len(features) * (len(features) - 1) / 2


def test_the_pairs_that_meet_are_stood_for_however_many_are_compared(population: Corpus) -> None:
    features = list(dict(featured(population)).values())
    few, more = (sum(sample_pairs(features, Comparer(SHIPPED), n).meeting.values()) for n in (5_000, 20_000))
    assert few == pytest.approx(more, rel=0.2)


def test_a_settings_file_is_read_as_it_was_written(of_families: Trained, tmp_path: Path) -> None:
    path = tmp_path / "trained.yaml"
    for settings in (SHIPPED, of_families.settings):
        path.write_text(settings_text(settings), encoding="utf-8")
        assert load_settings(path) == settings == rounded(settings)
        assert "# " in path.read_text(encoding="utf-8")
