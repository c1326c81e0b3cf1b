"""The population as a whole: the same from the same seed, like the county it stands for, and made in little memory."""

import json
import os
import subprocess
import sys
import tracemalloc
from collections import deque
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest

from domain.source_record import Command
from services.lab.simulate import families, feeds
from services.lab.simulate.dice import Dice
from services.lab.simulate.families import make_family, make_stranger
from services.lab.simulate.feeds import submissions, write_feeds
from services.lab.simulate.files import SimulationError
from services.lab.simulate.identifiers import NHS_BLOCK, nhs_number, unique_pupil_number
from services.lab.simulate.model import AS_AT, FIRST_BIRTH, LAST_BIRTH, Family, Person
from services.lab.simulate.population import people
from services.lab.simulate.truth import truth_of
from services.submission_contract.reading import read

DIGEST = """
import hashlib, json
from services.lab.simulate.dice import Dice
from services.lab.simulate.families import make_family, make_stranger
from services.lab.simulate.feeds import submissions
print(hashlib.sha256(json.dumps(list(submissions(60, 5))).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def population() -> list[Person]:
    return list(people(5_000, 3))


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 4), ("same", 4), ("other", 5)):
        write_feeds(120, seed, tmp_path / name)
    one = contents(tmp_path / "one")
    assert one == contents(tmp_path / "same")
    assert one["nhs-gp.ndjson"] != contents(tmp_path / "other")["nhs-gp.ndjson"]


def test_every_process_gives_the_same() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_smaller_population_is_the_beginning_of_a_larger_one() -> None:
    assert list(people(50, 9)) == list(islice(people(80, 9), 50))


def test_two_seeds_share_no_submission_and_no_record() -> None:
    first, second = (
        {key for s in submissions(100, seed) for key in ((s["source"], s["id"]), (s["source"], s["subject"]))}
        for seed in (1, 2)
    )
    assert not first & second


def test_the_files_hold_what_the_stream_gives(tmp_path: Path) -> None:
    counts = write_feeds(150, 6, tmp_path / "out")
    lines = sum(len(file.read_bytes().splitlines()) for file in (tmp_path / "out").glob("*.ndjson"))
    assert counts.submissions == lines == sum(1 for _ in submissions(150, 6))
    assert counts.children == 150


def test_everybody_is_a_child_on_the_last_day(population: list[Person]) -> None:
    assert len(population) == 5_000
    assert all(FIRST_BIRTH <= person.date_of_birth <= LAST_BIRTH for person in population)
    assert date(FIRST_BIRTH.year + 18, FIRST_BIRTH.month, FIRST_BIRTH.day) > AS_AT


def test_half_of_all_children_need_additional_services_before_they_are_eighteen(population: list[Person]) -> None:
    assert sum(bool(person.needs) for person in population) / len(population) == pytest.approx(0.5, abs=0.03)


def test_three_in_ten_need_additional_services_at_any_one_time(population: list[Person]) -> None:
    for years_ago in (0, 5):
        on = AS_AT - timedelta(days=365 * years_ago)
        born = [person for person in population if person.date_of_birth <= on]
        need = sum(any(need.start <= on < need.end for need in person.needs) for person in born)
        assert need / len(born) == pytest.approx(0.3, abs=0.06)


def test_one_record_in_ten_has_a_small_mistake(population: list[Person]) -> None:
    records = [record for person in population for record in person.records]
    mistakes = [record.error for record in records if record.error is not None]
    assert len(mistakes) / len(records) == pytest.approx(0.1, abs=0.01)
    assert set(mistakes) >= {"spelling", "nickname", "date of birth", "swapped names", "no postcode", "moved house"}


@pytest.mark.parametrize("noise", [2, 5, 20])
def test_noise_puts_more_mistakes_into_what_is_written_of_the_same_people(noise: int) -> None:
    quiet, noisy = list(people(400, 3)), list(people(400, 3, noise))
    assert [truth_of(person) for person in noisy] == [truth_of(person) for person in quiet]
    mistakes = [(record.error or "").split(", ") for person in noisy for record in person.records]
    share = sum(len(each) for each in mistakes if each != [""]) / len(mistakes)
    assert share == pytest.approx(0.1 * noise, rel=0.1)


def test_hard_noise_takes_names_and_birthdays_away_and_stays_readable() -> None:
    sent = [s for s in submissions(300, 3, noise=30) if s["type"] == "child.registered"]
    particulars = [s["data"] for s in sent]
    assert {"Unknown", "Baby"} <= {each["given_name"] for each in particulars}
    assert None in {each["date_of_birth"] for each in particulars}
    assert all(isinstance(read(json.dumps(each).encode()), Command) for each in sent)
    assert list(submissions(60, 3, noise=5)) == list(submissions(60, 3, noise=5)) != list(submissions(60, 3))


def test_families_have_siblings_who_share_their_carers(population: list[Person]) -> None:
    families: dict[int, int] = {}
    for person in population:
        families[id(person.family)] = families.get(id(person.family), 0) + 1
    assert 1.3 < len(population) / len(families) < 2.2
    assert max(families.values()) >= 4


def test_a_stranger_of_the_same_name_shares_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "GIRLS", ("Adele", "Agata", "Ailsa"))
    monkeypatch.setattr(families, "BOYS", ("Aidan", "Albert", "Aled"))
    monkeypatch.setattr(families, "STREETS", ("Alder Rise",))
    for nth in range(100):
        family = make_family(Dice(f"family {nth}"))
        stranger = make_stranger(Dice(f"stranger {nth}"), family)
        assert stranger.name == family.name
        assert not known_by(stranger) & known_by(family)


def known_by(family: Family) -> set[str]:
    homes = [home.address for home in (*family.homes, family.former_home)]
    people = [text for carer in family.carers for text in (carer["name"], carer["phone"])]
    return {*people, *(home["postcode"] for home in homes), *(home["lines"][0] for home in homes)}


def test_identifiers_stay_valid_and_unique_beyond_the_numbers_that_begin_with_999() -> None:
    children = [*range(1, 500), *range(NHS_BLOCK - 250, NHS_BLOCK + 250), *range(10_999_500, 11_000_000)]
    numbers = {nhs_number(child, 1) for child in children}
    assert len(numbers) == len(children)
    assert all(sum((10 - i) * int(digit) for i, digit in enumerate(number)) % 11 == 0 for number in numbers)
    assert {number[0] for number in numbers} == {"9"}
    assert len({unique_pupil_number(child, 1, 0, 1999) for child in children}) == len(children)


def test_memory_does_not_grow_with_the_population(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(feeds, "BLOCK", 100)

    def peak(children: int) -> int:
        tracemalloc.start()
        try:
            write_feeds(children, 2, tmp_path / str(children))
            deque(submissions(children, 2), maxlen=0)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(300), peak(1_200)
    assert large < 1.3 * small
    assert large < 16 * 2**20


def test_progress_counts_up_to_all_children(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(feeds, "BLOCK", 40)
    seen: list[tuple[int, int]] = []
    write_feeds(100, 1, tmp_path / "out", lambda done, total: seen.append((done, total)))
    assert seen == [(40, 100), (80, 100), (100, 100)]


def test_what_was_written_is_counted(tmp_path: Path) -> None:
    out = tmp_path / "new" / "county"
    answer = write_feeds(1, 1, out)
    assert answer._asdict() == {
        "children": 1,
        "submissions": sum(len(file.read_bytes().splitlines()) for file in out.glob("*.ndjson")),
        "agencies": len(list(out.glob("*.ndjson"))),
        "realised": json.loads((out / "realised.json").read_bytes()),
    }
    assert answer.submissions >= answer.agencies >= 1


def test_feeds_are_not_mixed_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("here before", encoding="utf-8")
    with pytest.raises(SimulationError, match="not empty"):
        write_feeds(1, 1, tmp_path)
    assert contents(tmp_path) == {"kept.txt": b"here before"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SimulationError, match="can't be made"):
        write_feeds(1, 1, tmp_path / "file")


@pytest.mark.parametrize("children", [0, -1])
def test_a_population_has_a_child(children: int, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="at least one"):
        write_feeds(children, 1, tmp_path / "out")
    assert not (tmp_path / "out").exists()
