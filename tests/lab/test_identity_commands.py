"""`contactpoint identity evaluate` and `train`, on a small county: what they print, and what they keep back."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from domain.matching import MatcherSettings
from services.cli.main import main
from services.lab.matching import curve as curves
from services.lab.matching import evaluation, febrl, meeting, thresholds, training
from services.lab.matching.city import city
from services.lab.matching.corpus import Corpus
from services.lab.matching.corrupted import corrupted
from services.lab.matching.curve import curve
from services.lab.matching.evaluation import corpora
from services.lab.matching.feed_folder import corpus_with_truth, corpus_without_truth
from services.lab.matching.historical import historical
from services.lab.matching.picture import picture
from services.lab.matching.simulated import simulated
from services.lab.simulate.feeds import write_feeds
from services.registrar.matcher_settings import load_settings

Captured = pytest.CaptureFixture[str]
FEW = ("--pairs", "20000")
"""Pairs that are learnt from: enough for what is asserted, and a twentieth of what the command takes."""


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds") / "county"
    write_feeds(150, 4, folder)
    (folder / "zz-bad.ndjson").write_bytes(b"{}\nno json\n" + b"[" * 5_000 + b"\n")
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "POPULATION", 60)
    monkeypatch.setattr(evaluation, "FAMILIES", 20)
    monkeypatch.setattr(evaluation, "CITY", 20)
    monkeypatch.setattr(evaluation, "PERSONS", 10)
    monkeypatch.setattr(evaluation, "SETS", (1,))
    monkeypatch.setattr(meeting, "SIZES", (60, 200))
    monkeypatch.setattr(thresholds, "CERTAIN", thresholds.CERTAIN[::4])


@pytest.fixture(scope="module", autouse=True)
def learnt_once() -> Iterator[None]:
    """What is learnt of the same records is the same each time, and is learnt once for all these tests."""
    train, known = training.train, list[tuple[tuple[Corpus, MatcherSettings, int], training.Trained]]()

    def once(corpus: Corpus, settings: MatcherSettings, most_pairs: int) -> training.Trained:
        asked = (corpus, settings, most_pairs)
        learnt = next((learnt for before, learnt in known if before == asked), None) or train(*asked)
        known.append((asked, learnt))
        return learnt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(training, "train", once)
        yield


def names_in(feeds: Path) -> set[str]:
    reported = corpus_without_truth(feeds).reported
    return {str(each.particulars[name]) for each in reported for name in ("given_name", "family_name")}


def test_a_county_is_known_well(feeds: Path, capfd: Captured) -> None:
    assert main(["identity", "evaluate", "--feeds", str(feeds), "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    county, *others = printed["corpora"]
    assert printed["version"] == load_settings().version
    assert county["corpus"] == "county"
    assert county["accuracy"]["pairs"]["precision"] >= 0.999
    assert county["found_or_queued"] >= 0.99
    assert county["hard_linked"] == 0
    assert county["curve"] == []
    assert [each["records"] for each in printed["meeting"]] == [60, 60, 200, 200]
    assert all(each["recall"] > 0.9 and each["mean"] <= each["p99"] for each in printed["meeting"])
    assert len(others) == 6 + len(evaluation.SETS)


def test_evaluation_is_shown_for_people_too(feeds: Path, capfd: Captured) -> None:
    assert main(["identity", "evaluate", "--feeds", str(feeds)]) == 0
    printed = capfd.readouterr()
    assert "blocking R" in printed.out
    assert "FEBRL 1" in printed.out
    assert "true pairs that meet" in printed.out
    assert printed.err == ""


def test_without_feeds_a_county_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "COUNTY", 20)
    first = next(corpora(None))
    assert first.name == "county of 20 children"
    assert len(set(first.person_of().values())) == 20


def test_much_corrupted_records_are_the_same_for_a_seed_and_of_people_easily_taken_for_one() -> None:
    corpus = corrupted(60, 7)
    assert corpus == corrupted(60, 7) != corrupted(60, 8)
    people = set(corpus.person_of().values())
    assert len(people) > 60
    assert {name for pair in corpus.hard_negatives for name in pair} <= people
    stated = [each.particulars for each in corpus.reported]
    assert {"Unknown"} < {each["given_name"] for each in stated}
    births = {each["date_of_birth"] for each in stated}
    assert None in births
    assert any(born and born < "1992" for born in births)
    for born in births - {None}:
        date.fromisoformat(born)


@pytest.mark.parametrize(("imitation", "agencies"), [(city, 3), (historical, 1)])
def test_an_imitation_is_the_same_for_a_seed_and_leaves_nothing_unharmed(
    imitation: Callable[[int, int], Corpus], agencies: int
) -> None:
    corpus = imitation(60, 7)
    assert corpus == imitation(60, 7) != imitation(60, 8)
    person_of = corpus.person_of()
    assert {name for pair in corpus.hard_negatives for name in pair} <= set(person_of.values())
    assert len({each.source for each in corpus.reported}) == agencies
    assert len(corpus.reported) == len(person_of) > 2 * len(set(person_of.values()))
    stated = [each.particulars for each in corpus.reported]
    assert "Unknown" in {each["given_name"] for each in stated}
    assert "Unknown" in {each["family_name"] for each in stated}
    births = {each["date_of_birth"] for each in stated}
    assert None in births
    for born in births - {None}:
        date.fromisoformat(born)
    assert None in {each["address"]["postcode"] for each in stated}


def test_where_the_public_records_are_not_installed_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Captured
) -> None:
    monkeypatch.setattr(febrl, "find_spec", lambda _: None)
    monkeypatch.setattr(evaluation, "COUNTY", 20)
    assert main(["identity", "evaluate"]) == 0
    assert "pip install 'contactpoint[identity]'" in capfd.readouterr().out
    assert main(["identity", "train", "--febrl", "1", "--out", str(tmp_path / "s.yaml")]) == 2
    assert "pip install" in capfd.readouterr().err


def test_training_writes_a_version_that_evaluate_takes(feeds: Path, tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "trained.yaml"
    assert main(["identity", "train", "--febrl", "1", *FEW, "--out", str(out), "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["version"] == load_settings(out).version != load_settings().version
    assert (printed["records"], printed["kept"]) == (1_000, False)
    assert printed["expected"]["f1"] > printed["expected_before"]["f1"]
    assert printed["pairs_of_one_child"] > 100
    assert printed["numbers"]["rivals.stranger"]["old"] == 10_000
    assert {each["field"] for each in printed["bits"]} >= {"given_name", "family_name", "date_of_birth"}
    assert main(["identity", "evaluate", "--feeds", str(feeds), "--settings", str(out), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["version"] == printed["version"]


def test_nothing_personal_is_printed(feeds: Path, tmp_path: Path, capfd: Captured) -> None:
    names = names_in(feeds)
    for words in (["train", *FEW, "--out", str(tmp_path / "t.yaml")], ["evaluate"]):
        assert main(["identity", *words, "--feeds", str(feeds)]) == 0
        printed = capfd.readouterr()
        assert not names.intersection((printed.out + printed.err).split())


def test_what_is_learnt_changes_is_shown(feeds: Path, tmp_path: Path, capfd: Captured) -> None:
    assert main(["identity", "train", "--febrl", "1", *FEW, "--out", str(tmp_path / "t.yaml")]) == 0
    printed = capfd.readouterr().out
    assert "against a relative" in printed
    assert " → " in printed
    assert "rivals.stranger" in printed


def test_where_nothing_is_gained_training_says_that_the_settings_are_unchanged(
    feeds: Path, tmp_path: Path, capfd: Captured
) -> None:
    out = tmp_path / "t.yaml"
    assert main(["identity", "train", "--feeds", str(feeds), *FEW, "--out", str(out)]) == 0
    assert "unchanged" in capfd.readouterr().out
    assert load_settings(out) == load_settings()
    again = ["identity", "train", "--feeds", str(feeds), *FEW, "--out", str(tmp_path / "again.yaml"), "--json"]
    assert main(again) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["kept"]
    assert printed["records"] == len(corpus_without_truth(feeds).person_of())
    assert printed["expected"] == printed["expected_before"]


@pytest.mark.parametrize(
    ("text", "part"),
    [("version: [", "line 1"), ("version: x\n", "rivals"), ("a: 1\nb: {c: [}\n", "line 2")],
    ids=["not YAML", "incomplete", "not YAML further down"],
)
@pytest.mark.parametrize("subcommand", ["evaluate", "train"])
def test_a_bad_settings_file_is_refused_in_one_sentence(
    subcommand: str, text: str, part: str, feeds: Path, tmp_path: Path, capfd: Captured
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(text)
    out = ["--out", str(tmp_path / "new.yaml")] if subcommand == "train" else []
    assert main(["identity", subcommand, "--settings", str(bad), "--feeds", str(feeds), *out]) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert part in printed.err


@pytest.mark.parametrize("subcommand", ["evaluate", "train"])
def test_a_folder_without_feeds_is_refused_in_one_sentence(subcommand: str, tmp_path: Path, capfd: Captured) -> None:
    out = ["--out", str(tmp_path / "new.yaml")] if subcommand == "train" else []
    assert main(["identity", subcommand, "--feeds", str(tmp_path / "none"), *out]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_training_overwrites_no_file(feeds: Path, tmp_path: Path, capfd: Captured) -> None:
    there = tmp_path / "there.yaml"
    there.write_text("kept")
    assert main(["identity", "train", "--feeds", str(feeds), "--out", str(there)]) == 2
    assert there.read_text() == "kept"
    assert "is there already" in capfd.readouterr().err


def test_of_many_records_a_part_is_kept_always_the_same_and_each_whole(feeds: Path) -> None:
    everything, part = corpus_without_truth(feeds), corpus_without_truth(feeds, 200)
    kept = set(part.person_of())
    assert 150 < len(kept) < 250
    assert (
        part.reported
        == [each for each in everything.reported if each.record in kept]
        == corpus_without_truth(feeds, 200).reported
    )


@pytest.mark.parametrize("words", [["evaluate", "--picture"], ["train", "--febrl", "1", "--out"]])
def test_a_folder_that_is_not_there_is_said_before_the_work(words: list[str], tmp_path: Path, capfd: Captured) -> None:
    assert main(["identity", *words, str(tmp_path / "none" / "file")]) == 2
    assert "there is no folder" in capfd.readouterr().err


def test_the_truth_of_a_folder_says_who_is_who(feeds: Path) -> None:
    truth = orjson.loads((feeds / "truth.json").read_bytes())
    corpus = corpus_with_truth(feeds)
    assert len(set(corpus.person_of().values())) == len(truth["people"]) == 150
    assert [each.time for each in corpus.reported] == sorted(each.time for each in corpus.reported)


def test_the_picture_is_one_file_with_a_curve_for_each_corpus(
    feeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "THRESHOLDS", (0.5, 0.999))
    path = tmp_path / "curve.svg"
    assert main(["identity", "evaluate", "--feeds", str(feeds), "--picture", str(path), "--json"]) == 0
    drawn = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    lines = [each for each in drawn.iter() if each.tag.endswith("polyline")]
    assert len(lines) == 7 + len(evaluation.SETS)
    assert "http" not in path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")


def test_a_higher_threshold_links_no_more_wrongly(feeds: Path) -> None:
    settings = load_settings()
    points = curve(simulated(120, 5, 5), settings)
    assert settings.thresholds.certain in [point.certain for point in points]
    assert points[-1].pairs.precision >= points[0].pairs.precision
    assert points[-1].pairs.recall <= max(point.pairs.recall for point in points)
    assert "county &lt;1&gt;" in picture({"county <1>": points}, 0.9, "v")
