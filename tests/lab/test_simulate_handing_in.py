"""Late feeds and feeds that stop change what is handed in and when, and nothing that is true."""

import json
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.lab.simulate import feeds as simulated
from services.lab.simulate.agencies import AGENCIES, GP
from services.lab.simulate.feeds import submissions, write_feeds
from services.lab.simulate.handing_in import Manner, handed_in
from services.lab.simulate.model import AS_AT, FIRST_BIRTH
from services.lab.simulate.population import people
from services.lab.simulate.submissions import sent_for
from tests.support.simulated_feeds import Submission, read_feeds

SEEDS = st.integers(min_value=0, max_value=10**6)
SHARES = st.floats(min_value=0.001, max_value=1)
CODES = st.sampled_from([agency.code for agency in AGENCIES])
LAST_DAYS = st.dates(FIRST_BIRTH - timedelta(days=1), AS_AT - timedelta(days=1))
A_FEW = settings(max_examples=15, deadline=None)


def by_record(sent: list[Submission]) -> dict[tuple[str, str], list[Submission]]:
    """(source, subject) → its submissions in order, without the ids, which count what an agency hands in."""
    records: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    for submission in sent:
        records[submission["source"], submission["subject"]].append({**submission, "id": ""})
    return records


@A_FEW
@given(SEEDS, SHARES)
def test_of_one_record_nothing_overtakes_and_nothing_is_lost(seed: int, late: float) -> None:
    on_time, lately = list(submissions(40, seed)), list(submissions(40, seed, manner=Manner(late)))
    assert by_record(lately) == by_record(on_time)
    for about_one_child in by_record(lately).values():
        times = [submission["time"] for submission in about_one_child]
        assert times == sorted(times)


@A_FEW
@given(SEEDS, SHARES)
def test_what_is_late_is_handed_in_days_to_months_after_it_became_true_and_by_the_last_day(
    seed: int, late: float
) -> None:
    for record in (record for person in people(40, seed) for record in person.records):
        before = FIRST_BIRTH
        for each in handed_in(record, seed, Manner(late)):
            assert each.sent.on <= each.on <= AS_AT
            assert each.on >= before
            assert not each.late or each.days_late >= 1
            assert each.days_late <= 200
            before = each.on


@A_FEW
@given(SEEDS, SHARES, SHARES)
def test_a_larger_share_is_late_where_a_smaller_one_is(seed: int, one: float, other: float) -> None:
    smaller, larger = sorted((one, other))
    for record in (record for person in people(20, seed) for record in person.records):
        for few, many in zip(
            handed_in(record, seed, Manner(smaller)), handed_in(record, seed, Manner(larger)), strict=True
        ):
            assert few.sent == many.sent
            assert few.on <= many.on
            assert few.late <= many.late


def test_on_time_is_the_day_itself() -> None:
    for record in (record for person in people(50, 4) for record in person.records):
        sent = list(sent_for(record))
        assert [(each.on, each.sent) for each in handed_in(record, 4, Manner())] == [(s.on, s) for s in sent]


def test_a_late_feed_s_file_is_out_of_the_order_of_its_times() -> None:
    def disordered(manner: Manner) -> int:
        times = [s["time"] for s in submissions(300, 5, manner=manner) if s["source"] == GP.source]
        return sum(one > next_one for one, next_one in pairwise(times))

    assert disordered(Manner()) == 0
    assert disordered(Manner(0.1)) > 20


@pytest.mark.parametrize("late", [0.05, 0.5, 1])
def test_as_many_are_late_as_were_asked_for(late: float, tmp_path: Path) -> None:
    made = write_feeds(500, 3, tmp_path / "feeds", manner=Manner(late))
    row = next(row for row in made.realised["rows"] if row["name"] == "late by itself")
    assert row["met"] is True
    assert row["target"] == late * 100


@A_FEW
@given(SEEDS, st.lists(CODES, min_size=1, max_size=4, unique=True), LAST_DAYS, st.sampled_from([0, 0.2]))
def test_a_feed_that_stops_hands_in_nothing_after_the_day_and_the_others_all(
    seed: int, codes: list[str], last: date, late: float
) -> None:
    whole = by_record(list(submissions(40, seed, manner=Manner(late))))
    stopped = by_record(list(submissions(40, seed, manner=Manner(late, dict.fromkeys(codes, last)))))
    silent = {f"urn:agency:{code}" for code in codes}
    for record, sent in whole.items():
        given_in = stopped.get(record, [])
        if record[0] not in silent:
            assert given_in == sent
            continue
        assert given_in == sent[: len(given_in)]
        assert all(submission["time"][:10] <= last.isoformat() for submission in given_in)
        rest = sent[len(given_in) :]
        assert late or all(submission["time"][:10] > last.isoformat() for submission in rest)
    records = [record for person in people(40, seed) for record in person.records]
    due = [each for record in records for each in handed_in(record, seed, Manner(late))]
    for source in silent:
        in_time = sum(each.sent.agency.source == source and each.on <= last for each in due)
        assert sum(len(sent) for (sender, _), sent in stopped.items() if sender == source) == in_time


@A_FEW
@given(SEEDS, LAST_DAYS)
def test_what_is_late_beyond_the_end_of_a_feed_is_never_handed_in(seed: int, last: date) -> None:
    manner = Manner(0.5, {agency.code: last for agency in AGENCIES})
    records = [record for person in people(40, seed) for record in person.records]
    due = [each for record in records for each in handed_in(record, seed, manner)]
    assert len(list(submissions(40, seed, manner=manner))) == sum(each.on <= last for each in due)


def test_late_feeds_and_stopped_ones_leave_the_truth_alone(tmp_path: Path) -> None:
    stops = {"nhs-gp": date(2004, 6, 1), "gro-births": FIRST_BIRTH - timedelta(days=1)}
    write_feeds(400, 6, tmp_path / "whole")
    made = write_feeds(400, 6, tmp_path / "partly", manner=Manner(0.2, stops))
    assert (tmp_path / "whole/truth.json").read_bytes() == (tmp_path / "partly/truth.json").read_bytes()
    assert (tmp_path / "whole/memo/nhs-gp.ndjson").read_bytes() == (tmp_path / "partly/memo/nhs-gp.ndjson").read_bytes()
    whole, partly = read_feeds(tmp_path / "whole"), read_feeds(tmp_path / "partly")
    missing = {source: len(sent) - len(partly.sent.get(source, [])) for source, sent in whole.sent.items()}
    assert not (tmp_path / "partly/gro-births.ndjson").exists()
    assert made.realised["stopped"] == [
        {"agency": code, "last_day": day.isoformat(), "never_handed_in": missing.pop(f"urn:agency:{code}")}
        for code, day in sorted(stops.items())
    ]
    assert set(missing.values()) == {0}
    assert all(feed["never_handed_in"] > 100 for feed in made.realised["stopped"])
    assert json.loads((tmp_path / "partly/realised.json").read_bytes()) == made.realised


@A_FEW
@given(SEEDS, st.integers(1, 60), st.integers(0, 60), st.sampled_from([0, 0.3]))
def test_a_smaller_population_hands_in_the_beginning_of_a_larger_one(
    seed: int, children: int, more: int, late: float
) -> None:
    manner = Manner(late, {"nhs-gp": date(2005, 1, 1)})
    small = by_record(list(submissions(children, seed, manner=manner)))
    large = by_record(list(submissions(children + more, seed, manner=manner)))
    assert {record: large.get(record) for record in small} == small


def test_a_block_of_children_is_handed_in_before_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "BLOCK", 50)
    manner = Manner(0.3)
    assert list(submissions(50, 8, manner=manner)) == list(submissions(100, 8, manner=manner))[: count(50, manner)]


def count(children: int, manner: Manner) -> int:
    return sum(1 for _ in submissions(children, 8, manner=manner))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_from_0_to_1(share: Any) -> None:
    with pytest.raises(ValueError, match="no share"):
        Manner(share)
