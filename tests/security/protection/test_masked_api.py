"""A reader without clearance, over HTTP: every call, and nothing of the clinic in any answer."""

import json
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from starlette.testclient import TestClient

from streams.kafka.settings import KafkaSettings
from tests.support.api_world import Headers, looking
from tests.support.clinic import ADA, BEA, SECRETS, started
from tests.support.world import World, person, submission


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    return clinic


@pytest.fixture
def masked(world: World) -> Headers:
    return looking(world, "user:demo-masked")


@pytest.fixture
def cleared(world: World) -> Headers:
    return looking(world, "user:demo-data-manager")


def find(client: TestClient, who: Headers, **criteria: str) -> Any:
    return client.post("/children/search", headers=who, json={"criteria": criteria, "reason": "safeguarding"}).json()


def no_secret(text: str) -> bool:
    return not any(secret.lower() in text.lower() for secret in SECRETS)


def test_the_entry_has_a_line_that_names_nothing_but_whom_to_ask(
    world: World, client: TestClient, masked: Headers
) -> None:
    answer = client.get(f"/children/{world.child_with(ADA)}?why=true", headers=masked)
    assert no_secret(answer.text)
    entry = answer.json()
    assert {says["source"] for told in entry["why"]["name"]["believed"] for says in told["said_by"]} == {
        "urn:agency:la-north"
    }
    assert not any(belief["disagreeing"] or belief["set_aside"] for belief in entry["why"].values())
    assert entry["name"] == {"given_name": "Ada", "family_name": "Quaternion"}
    assert [each["postcode"] for each in entry["addresses"]] == ["ZX1 1AA"]
    (line,) = entry["involvements"]
    assert line["restricted"] is True
    assert line["contact"] == {"name": "Duty desk", "role": None, "phone": "01632 960111", "email": None}
    assert not any(value for name, value in line.items() if name not in ("restricted", "contact"))
    look = world.looks()[-1]
    assert (look["effect"], look["role"], look["rights"][:7]) == ("mask", "data-manager", "rights-")
    assert [each["services"] for each in look["masked"]] == [1]
    assert [len(each["records"]) for each in look["hidden"]] == [1]
    assert look["shown"] == {entry["child"]: entry["position"]}


def test_whoever_is_cleared_sees_all(world: World, client: TestClient, cleared: Headers) -> None:
    entry = client.get(f"/children/{world.child_with(ADA)}?why=true", headers=cleared).json()
    assert "urn:agency:clinic" in str(entry["why"]["name"])
    assert [each["service"] for each in entry["involvements"]] == ["camhs"]
    assert entry["name"]["family_name"] == "Quaternion"
    assert "Secret" in [each["family_name"] for each in entry["other_names"]]
    assert world.looks()[-1]["effect"] == "allow"
    assert (world.looks()[-1]["hidden"], world.looks()[-1]["masked"]) == ([], [])


@pytest.mark.parametrize("path", ["", "/history", "?as_of=2030-01-01&why=true", "?effective=2030-01-01"])
def test_a_child_that_only_the_clinic_knows_is_absent(
    world: World, client: TestClient, masked: Headers, cleared: Headers, path: str
) -> None:
    bea = world.child_with(BEA)
    assert client.get(f"/children/{bea}{path}", headers=cleared).status_code == 200
    hidden, absent = (client.get(f"/children/{each}{path}", headers=masked) for each in (bea, str(uuid4())))
    assert (hidden.status_code, hidden.text) == (404, absent.text)
    assert world.looks()[-2]["children"] == []
    assert client.get(f"/children/{bea}/looks", headers=masked).json() == {"looks": []}


@pytest.mark.parametrize(
    "criteria",
    [
        {"nhs_number": BEA},
        {"given_name": "Bea", "family_name": "Secret"},
        {"given_name": "Ada", "postcode": "ZX9 9ZZ"},
        {"given_name": "Ada", "family_name": "Secret"},
    ],
)
def test_what_only_the_clinic_reported_finds_nobody(
    client: TestClient, masked: Headers, cleared: Headers, criteria: dict[str, str]
) -> None:
    assert find(client, cleared, **criteria)["results"]
    found = [each for each in find(client, masked, **criteria)["results"] if each["grade"] != "possible"]
    assert (found, find(client, masked, **criteria)["too_many"]) == ([], False)


def test_no_answer_holds_a_secret(world: World, client: TestClient, masked: Headers) -> None:
    ada = world.child_with(ADA)
    world.suspect(ada, world.child_with(BEA), 0.7)
    client.get(f"/children/{ada}", headers=looking(world) | {"Access-Reason": "court-order: clinic file"})
    world.view_looks()
    for path in (f"/children/{ada}/history", f"/children/{ada}/looks", "/export", "/duplicates", "/dead-letters"):
        answer = client.get(path, headers=masked)
        assert answer.status_code == 200
        assert no_secret(answer.text), path
        assert world.child_with(BEA) not in answer.text, path
    for report in ("missing-education", "no-gp", "possible-duplicates"):
        answer = client.get(f"/reports/{report}?on=2008-12-01", headers=masked)
        assert (answer.status_code, no_secret(answer.text)) == (200, True)
        assert world.child_with(BEA) not in answer.text, report
    assert len(client.get("/export", headers=masked).text.splitlines()) == 2
    assert client.get("/duplicates", headers=masked).json()["pairs"] == []


def test_positions_are_for_data_managers_and_auditors(world: World, client: TestClient, cleared: Headers) -> None:
    ada = world.child_with(ADA)
    officer = looking(world, "user:demo-practitioner")
    entry, history = (client.get(f"/children/{ada}{path}", headers=officer).json() for path in ("", "/history"))
    assert {entry["position"], *(event["position"] for event in history["events"])} == {None}
    entry, history = (client.get(f"/children/{ada}{path}", headers=cleared).json() for path in ("", "/history"))
    assert None not in {entry["position"], *(event["position"] for event in history["events"])}
    asked = looking(world, "user:demo-subject-access-officer")
    looks = client.get(f"/children/{ada}/looks", headers=asked).json()["looks"]
    assert looks
    assert {(look["position"], look["shown"] is None) for look in looks} == {(None, True)}


def test_receipts_of_the_clinic_are_for_who_is_cleared(client: TestClient, masked: Headers, cleared: Headers) -> None:
    full = client.get("/receipts", headers=cleared, params={"source": "urn:agency:clinic"}).json()
    assert full
    assert None not in {each["position"] for each in full}
    hers, nobodys = (
        client.get("/receipts", headers=masked, params={"source": source}) for source in ("clinic", "no-agency-at-all")
    )
    assert (hers.status_code, hers.content) == (nobodys.status_code, nobodys.content)
    assert hers.status_code == 422
    assert client.get("/receipts", headers=masked, params={"submission": full[0]["submission"]}).json() == []
    assert "clinic" not in client.get("/receipts", headers=masked).text
    others = client.get("/receipts?source=urn:agency:la-north", headers=masked).json()
    assert others
    assert all(each["position"] for each in others)


def test_who_does_not_see_all_records_decides_on_none(world: World, client: TestClient, masked: Headers) -> None:
    body = {"left": world.child_with(ADA), "right": world.child_with(ADA), "reason": "data-quality"}
    answer = client.post("/duplicates/merge", headers=masked, json=body)
    assert answer.status_code == 403
    assert "cleared" in answer.json()["detail"]


def test_a_consent_that_is_withdrawn_or_has_expired_hides_from_everybody(
    world: World, client: TestClient, masked: Headers, cleared: Headers
) -> None:
    ada = world.child_with(ADA)
    before = client.get(f"/children/{ada}", headers=cleared).json()["as_of"]
    withdrawn = submission("consent.withdrawn", "C1", {"involvement": "CC1-1", "on": "2008-11-02"}, "clinic")
    assert world.submit(withdrawn) == ["accepted"]
    for who in (masked, cleared):
        for path in ("", f"?as_of={before.replace('+', '%2B')}", "/history"):
            answer = client.get(f"/children/{ada}{path}", headers=who)
            assert (answer.status_code, no_secret(answer.text)) == (200, True), path
        assert client.get(f"/children/{ada}", headers=who).json()["involvements"] == []
        assert not any(json.loads(each)["child"] == ada and not no_secret(each) for each in _export(client, who))
        assert not [
            each
            for each in find(client, who, given_name="Ada", family_name="Secret")["results"]
            if each["grade"] != "possible"
        ]
    later = {"time": "2008-11-20T09:00:00Z"}
    assert world.submit(started("C1", 1, consent={"on": "2008-11-10", "until": "2009-01-01"}) | later) == ["accepted"]
    assert no_secret(client.get(f"/children/{ada}", headers=cleared).text)
    later = {"time": "2008-11-21T09:00:00Z"}
    assert world.submit(started("C1", 1, consent={"on": "2008-11-10"}) | later) == ["accepted"]
    assert not no_secret(client.get(f"/children/{ada}", headers=cleared).text)


def test_a_consent_opens_nothing_of_the_time_before_it(
    world: World, client: TestClient, masked: Headers, cleared: Headers
) -> None:
    ada = world.child_with(ADA)
    begun = started("C1", 1, consent={"on": "2008-11-10"}) | {"time": "2008-11-10T09:00:00Z"}
    assert world.submit(begun) == ["accepted"]
    for who, path, lines in [
        (cleared, "", 1),
        (cleared, "?effective=2008-11-10T12:00:00Z", 1),
        (cleared, "?effective=2008-11-09T12:00:00Z", 0),
        (masked, "?effective=2008-11-09T12:00:00Z", 1),  # the line of now
    ]:
        answer = client.get(f"/children/{ada}{path}", headers=who)
        assert (answer.status_code, len(answer.json()["involvements"])) == (200, lines), path
    again = started("C1", 1, consent={"on": "2090-01-01"}) | {"time": "2008-11-23T09:00:00Z"}
    assert world.submit(again) == ["accepted"]
    for who in (cleared, masked):
        answer = client.get(f"/children/{ada}", headers=who)
        assert (answer.json()["involvements"], no_secret(answer.text)) == ([], True)


def test_what_an_ordinary_record_joins_to_a_clinics_child_is_caused_by_it(
    world: World, client: TestClient, cleared: Headers
) -> None:
    joins = person("S7", nhs_number=BEA, given_name="Bea", family_name="Secret", date_of_birth="2001-02-04")
    assert world.submit(joins) == ["accepted"]
    events = client.get(f"/children/{world.child_with(BEA)}/history", headers=cleared).json()["events"]
    superseded = [each for each in events if each["type"] == "ChildSuperseded.v1"]
    assert [each["caused_by"] for each in superseded] == [joins["id"]]
    assert None not in {each["caused_by"] for each in events}


def test_a_clinics_dead_letter_leaves_no_gap_and_shortens_no_page(
    world: World, client: TestClient, kafka: KafkaSettings, masked: Headers, cleared: Headers
) -> None:
    def send(*messages: str) -> None:
        letter = {"raw": "e30=", "size": 2, "code": "not-json", "recorded_at": "2026-11-23T10:00:00.000000Z"}
        with closing(KafkaProducer(**kafka.for_kafka_python())) as producer:
            for each in messages:
                producer.send("dead-letters", json.dumps(letter | {"message": each}).encode(), partition=0).get(30)

    def pages() -> list[Any]:
        shown, page = [], "/dead-letters?limit=2"
        while page:
            answer = client.get(page, headers=masked)
            shown.append((answer.json(), answer.headers.get("Link")))
            page = answer.links["next"]["url"] if "next" in answer.links else ""
        return shown

    send("submissions.la-north/0/901", "submissions.la-north/0/903")
    before = pages()
    letters = [each["letter"] for page, _ in before for each in page]
    assert letters[-2:] == ["la-north-0-901", "la-north-0-903"]
    send("submissions.clinic/0/902")
    assert pages() == before
    (hidden,) = (
        each["letter"]
        for each in client.get("/dead-letters", headers=cleared).json()
        if each["message"] == "submissions.clinic/0/902"
    )
    place, offset = hidden.split("-")
    for name in (hidden, f"{place}-{int(offset) - 1}", "clinic-0-902"):
        assert client.get(f"/dead-letters/{name}", headers=masked).status_code == 404
    assert client.get(f"/dead-letters/{hidden}", headers=cleared).json()["message"] == "submissions.clinic/0/902"
    assert client.get("/dead-letters/la-north-0-901", headers=masked).json()["raw"] == "e30="
    assert client.get("/dead-letters?after=la-north-0-901", headers=cleared).status_code == 422
    for gone in (hidden, "clinic-0-902", "la-north-0-905"):
        assert client.get(f"/dead-letters?after={gone}", headers=masked).status_code == 422


def _export(client: TestClient, who: Headers) -> list[str]:
    return client.get("/export", headers=who).text.splitlines()


def test_no_page_ends_with_what_is_not_shown_for_want_of_consent(
    world: World, client: TestClient, cleared: Headers
) -> None:
    known = person("C9", "clinic", nhs_number="9990000042", given_name="Dot", date_of_birth="2001-02-05")
    assert world.submit(known, started("C9", 1)) == ["accepted"] * 2
    ada, dot = world.child_with(ADA), world.child_with("9990000042")
    world.suspect(dot, ada, 0.9)
    assert dot in client.get("/duplicates?limit=1", headers=cleared).text
    withdrawn = submission("consent.withdrawn", "C9", {"involvement": "CC9-1", "on": "2008-02-01"}, "clinic")
    assert world.submit(withdrawn) == ["accepted"]
    for path in ("/duplicates", "/export"):
        page: str | None = f"{path}?limit=1"
        while page:
            answer = client.get(page, headers=cleared)
            assert dot not in f"{answer.text} {answer.headers.get('Link', '')}"
            page = answer.links["next"]["url"] if "next" in answer.links else None
