"""The simulated feeds keep the contract, so that each of their submissions can be accepted."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.lab.simulate import additional, families, population
from services.lab.simulate.dice import Weighted
from services.lab.simulate.feeds import submissions, write_feeds
from services.submission_contract.submission import MODELS
from tests.support.simulated_feeds import Feeds, Submission, read_feeds

SENSITIVE = {"camhs", "sexual-health", "substance-misuse"}
ORDINARY = {"education", "home-education", "gp", "health-visiting", "school-nursing", "early-years", "social-care"} | {
    "youth-offending", "police", "hospital", "youth-service", "housing", "voluntary", "named-person"
}  # fmt: skip
SHARING = {"information-to-share", "action-taken"}
OF_CARE = SHARING | {"child-protection-plan", "looked-after", "domestic-abuse", "missing-education-enquiry"}
MAY_SEND: dict[str, tuple[set[str], set[str]]] = {
    "child-benefit": (set(), set()),
    "birth-registration": (set(), set()),
    "death-registration": (set(), set()),
    "gp-registration": ({"gp"}, set()),
    "school-census": ({"education"}, set()),
    "local-authority": (ORDINARY, OF_CARE | {"common-assessment"}),
    "social-care": ({"social-care"}, OF_CARE),
    "assessment": (ORDINARY, {"common-assessment", "information-to-share"}),
    "youth-offending": ({"youth-offending"}, SHARING),
    "police": ({"police"}, SHARING),
    "hospital": ({"hospital"}, SHARING),
    "health-visiting": ({"health-visiting"}, SHARING),
    "voluntary": ({"voluntary"}, SHARING),
    "sensitive-service": (SENSITIVE, set()),
}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Feeds:
    out = tmp_path_factory.mktemp("county")
    write_feeds(1_500, 7, out)
    return read_feeds(out)


def particulars(feeds: Feeds) -> list[dict[str, Any]]:
    return [submission["data"] for submission in feeds.of("child.registered", "child.amended")]


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """All texts in a value, each with the name of its field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                yield key, inner
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_every_agency_of_every_kind_sends_its_own_file(county: Feeds) -> None:
    assert set(county.sent) == set(county.agencies)
    assert {agency["kind"] for agency in county.agencies.values()} == set(MAY_SEND)
    assert all(s["source"] == source for source, sent in county.sent.items() for s in sent)


def test_the_registrar_can_read_every_submission(county: Feeds) -> None:
    for submission in county:
        MODELS[submission["type"]].model_validate_json(json.dumps(submission))


def test_ids_and_involvements_are_unique_within_an_agency(county: Feeds) -> None:
    for sent in county.sent.values():
        ids = [s["id"] for s in sent]
        involvements = [s["data"]["involvement"] for s in sent if s["type"] == "involvement.started"]
        assert len(ids) == len(set(ids))
        assert len(involvements) == len(set(involvements))


def test_agencies_send_only_what_their_kind_may(county: Feeds) -> None:
    for submission in county:
        services, flags = MAY_SEND[county.agencies[submission["source"]]["kind"]]
        data = submission["data"]
        assert data.get("service") is None or data["service"] in services
        assert data.get("flag") is None or data["flag"] in flags
        assert not submission["type"].startswith("involvement.") or services


def test_each_record_is_told_in_an_order_that_can_be_accepted(county: Feeds) -> None:
    for about_one_child in county.by_record().values():
        times = [submission["time"] for submission in about_one_child]
        assert times == sorted(times)
        follow(about_one_child)


def test_so_is_one_record_of_all_that_an_agency_does_for_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additional, "OWN_RECORD", 0)
    monkeypatch.setattr(population, "COURSES", Weighted((1, "at home"), (1, "nowhere")))
    monkeypatch.setattr(families, "MOVES", Weighted((1, 3)))
    monkeypatch.setattr(families, "TO_THE_OTHER_AUTHORITY", 0.9)
    records: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    for submission in submissions(4_000, 8):
        records[submission["source"], submission["subject"]].append(submission)
    for about_one_child in records.values():
        follow(about_one_child)


def follow(sent: list[Submission]) -> None:
    """Fails where a submission needs another that did not come before."""
    assert [s["type"] for s in sent].count("child.registered") == 1
    assert sent[0]["type"] == "child.registered"
    started: dict[str, str] = {}
    flags: set[str] = set()
    for submission in sent:
        data, day = submission["data"], submission["time"][:10]
        match submission["type"]:
            case "involvement.started":
                started[data["involvement"]] = data["started_on"]
                assert data["started_on"] == day
            case "involvement.ended":
                assert started.pop(data["involvement"]) <= data["ended_on"] == day
            case "flag.raised":
                assert data["flag"] not in flags
                flags.add(data["flag"])
            case "flag.lowered":
                flags.remove(data["flag"])
            case "child.deregistered":
                assert submission is sent[-1]
                assert not started
                assert not flags


def test_a_sensitive_service_has_explicit_consent_from_the_day_on_which_it_starts(county: Feeds) -> None:
    sensitive = [s["data"] for s in county.of("involvement.started") if s["data"]["service"] in SENSITIVE]
    assert sensitive
    for data in sensitive:
        assert data["consent"]["explicit"] is True
        assert data["consent"]["given_by"] in ("child", "carer")
        assert data["consent"]["on"] <= data["started_on"]


def test_nothing_comes_before_birth_or_after_the_last_day(county: Feeds) -> None:
    for submission in county:
        assert submission["time"][:10] <= county.truth["as_at"]
        assert submission["data"].get("date_of_birth", "") <= submission["time"][:10]


def test_nhs_numbers_are_valid_and_never_issued(county: Feeds) -> None:
    numbers = {p["nhs_number"] for p in particulars(county) if "nhs_number" in p}
    assert numbers
    for number in numbers:
        assert re.fullmatch(r"999\d{7}", number)
        assert sum((10 - i) * int(digit) for i, digit in enumerate(number)) % 11 == 0


def test_unique_pupil_numbers_are_valid(county: Feeds) -> None:
    numbers = {p["upn"] for p in particulars(county) if "upn" in p}
    assert numbers
    for number in numbers:
        assert re.fullmatch(r"[A-Z]98[12]\d{9}", number)
        weighted = sum(weight * int(digit) for weight, digit in enumerate(number[1:], start=2))
        assert "ABCDEFGHJKLMNPQRTUVWXYZ"[weighted % 23] == number[0]


@pytest.mark.parametrize("identifier", ["nhs_number", "upn"])
def test_an_identifier_belongs_to_one_person(county: Feeds, identifier: str) -> None:
    owners: dict[str, str] = {}
    for person, sent in county.by_person().items():
        for submission in sent:
            if identifier in submission["data"]:
                assert owners.setdefault(submission["data"][identifier], person) == person


def test_places_and_telephones_are_fictional(county: Feeds) -> None:
    for submission in county:
        for field, text in texts(submission["data"]):
            assert field != "postcode" or re.fullmatch(r"ZX\d{1,2} \d[A-Z]{2}", text)
            assert field != "phone" or re.fullmatch(r"01632 96\d{4}", text)
            assert field != "email" or text.endswith("@example.org")


def test_the_mix_is_that_of_a_county(county: Feeds) -> None:
    sent = list(county)
    share = {
        name: sum(s["type"].startswith(name) for s in sent) / len(sent)
        for name in ("child.registered", "involvement.started", "involvement.ended", "flag.")
    }
    assert 7.5 <= len(sent) / len(county.truth["people"]) <= 9.5
    assert share["child.registered"] == pytest.approx(0.53, abs=0.06)
    assert share["involvement.started"] == pytest.approx(0.36, abs=0.04)
    assert share["involvement.ended"] == pytest.approx(0.08, abs=0.03)
    assert share["flag."] == pytest.approx(0.025, abs=0.015)


def test_identifiers_are_held_by_the_agencies_that_know_them(county: Feeds) -> None:
    def held(kind: str, identifier: str) -> float:
        records = [p["data"] for p in county.of("child.registered") if county.agencies[p["source"]]["kind"] == kind]
        return sum(identifier in record for record in records) / len(records)

    assert held("gp-registration", "nhs_number") > 0.97
    assert held("birth-registration", "nhs_number") == pytest.approx(0.6, abs=0.08)
    assert held("school-census", "upn") == pytest.approx(0.9, abs=0.05)
    assert 0 < held("local-authority", "upn") < 0.8
    assert held("child-benefit", "nhs_number") == held("social-care", "nhs_number") == 0


def test_agencies_file_is_the_register_that_the_feeds_name(tmp_path: Path) -> None:
    write_feeds(3, 1, tmp_path / "few")
    few = read_feeds(tmp_path / "few")
    assert few.sent
    assert set(few.sent) <= set(few.agencies)
    assert all(set(agency) - {"authority"} == {"code", "name", "kind"} for agency in few.agencies.values())
