"""A destruction over HTTP: what was in the tables is in none, neighbours stay, and a certificate proves it."""

import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import orjson
import psycopg2
import pytest
from starlette.testclient import TestClient

from projections.catalogue import ACCESS_LOG, DERIVED, LOGS, RECEIPTS_LOG, TABLES
from projections.engine.live_schema import use_live
from services.api.destruction import hold_of
from services.api.routes import erasures
from services.api.routes import steward_decisions as stewards
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import SealBroken
from tests.support.api_world import as_dead_letter, is_problem, looking, registrar_at_work
from tests.support.entitlements import NORTH
from tests.support.postgres_views import FRESH, load, rows
from tests.support.waiting import eventually
from tests.support.world import World, person, submission

HOME = {"lines": ["14 Wexcombe Row"], "postcode": "ZX7 4QH", "authority": NORTH, "status": "current"}
GONE = {"given_name": "Perdita", "family_name": "Vanterpool", "date_of_birth": "2003-09-17", "nhs_number": "9990000425"}
CARER = {"name": "Leontes Zimmerwald", "relationship": "uncle", "phone": "01632 960777"}
IN_CLEAR = ("perdita", "vanterpool", "9990000425", "dx-1", "dx-2", "zx74qh")
SEALED = ("Wexcombe", "Zimmerwald", "01632 960777", "Ropewalk Surgery", *("Perdita", "Vanterpool", "DX-1", "DX-2"))
STAYS = {**GONE, "given_name": "Cordelia", "family_name": "Oyelaran", "nhs_number": "9990000433"}
OTHER_LOGS = (*LOGS[ACCESS_LOG].projections, *LOGS[RECEIPTS_LOG].projections)
OF_OTHER_LOGS = {table.name for each in OTHER_LOGS for table in each.tables}
ELSEWHERE = {**HOME, "lines": ["2 Ropery Lane"], "postcode": "ZX2 2AB"}


@pytest.fixture(scope="module")
def world(two_managers: World) -> World:
    return two_managers


def tables(world: World) -> list[str]:
    """Every row of every table, as text; of the access log only what is not sealed anyway."""
    with world.database.transaction() as cursor:
        cursor.execute(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema', 'access')"
        )
        found: list[str] = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"select t::text from {table} t")
            found += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return found


def opened(world: World) -> str:
    """All that is sealed in the store and can be opened, by a process that begins now."""
    ring = KeyRing(world.key, reader_of(world.database, "register"))
    found = []
    for raw in world.log.recorder.select_raw(0, 10_000):
        state = orjson.loads(raw.state)
        try:
            found.append(ring.open(raw.stream, raw.version, state["sealed"]) if "sealed" in state else {})
        except (KeyError, SealBroken):
            continue
    return str(found)


def about(world: World, child: str) -> list[str]:
    """Every row that names a child or a record of it."""
    ids = {child, *world.records_of(child)}
    return sorted(row for row in tables(world) if any(each in row for each in ids))


def built_otherwise(world: World) -> list[str]:
    """The tables that have other rows in views that are built from the log now than in the live ones."""
    load(world.database_url, [world.events()])
    with world.database.transaction() as cursor:
        live = use_live(cursor)
        return [
            table.name
            for table in (*TABLES, *DERIVED)
            if table.name not in OF_OTHER_LOGS and rows(cursor, table, FRESH) != rows(cursor, table, live)
        ]


def decided(world: World) -> int:
    """How many destructions the registrar has decided, asked beside it."""
    with closing(psycopg2.connect(world.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from register.events where topic = 'ErasureDecided.v1'")
        ((count,),) = cursor.fetchall()
        return int(count)


def erase(client: TestClient, who: Mapping[str, str], **what: Any) -> Any:
    return client.post("/erasures", headers=dict(who), json={"reason": "court-order: all of it", **what})


def test_what_is_destroyed_is_in_no_table_opens_nowhere_and_is_never_taken_again(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
    started = {"involvement": "i1", "service": "gp", "organisation": {"name": "Ropewalk Surgery", "code": "Y12345"}}
    taken = world.submit(
        person("DX-1", address=HOME, **GONE),
        person("DX-2", "gp", address=HOME, carers=[CARER], **GONE),
        submission("involvement.started", "DX-2", started, "gp"),
        person("N-1", address=ELSEWHERE, **STAYS),
    )
    assert taken == ["accepted"] * 4
    child, neighbour = world.child_with(GONE["nhs_number"]), world.child_with(STAYS["nhs_number"])
    world.suspect(child, neighbour, 0.7)
    north, south = (looking(world, f"user:{place}-manager") for place in ("north", "south"))
    before, text = about(world, neighbour), "\n".join(tables(world)).lower()
    assert [each for each in IN_CLEAR if each not in text] == []
    assert [each for each in SEALED if each not in opened(world)] == []
    assert client.get(f"/children/{child}", headers=north).status_code == 200

    assert is_problem(erase(client, south, child=child), 403)
    assert is_problem(erase(client, looking(world, "user:demo-masked"), child=child), 403)
    assert is_problem(erase(client, north), 422)
    with registrar_at_work(world):
        assert erase(client, north, child=child).status_code == 202
        assert eventually(lambda: decided(world) == 1)

    kept = [row for row in tables(world) if ".submissions " not in row and ".receipts " not in row]
    assert [each for each in IN_CLEAR if any(each in row.lower() for row in kept)] == []
    assert [each for each in SEALED if each in opened(world)] == []
    assert [row for row in about(world, neighbour) if child not in row] == [row for row in before if child not in row]
    assert built_otherwise(world) == []
    assert is_problem(client.get(f"/children/{child}", headers=north), 404)
    assert is_problem(client.get(f"/children/{child}/history", headers=north), 404)
    found = client.post("/children/search", headers=north, json={"criteria": GONE, "reason": "data-quality"}).json()
    assert child not in [each["child"] for each in found["results"]]
    assert world.submit(person("DX-1", **GONE), person("DX-2", "gp", **GONE)) == ["refused"] * 2


def test_the_certificate_says_what_proves_it_and_is_given_again(world: World, client: TestClient) -> None:
    north, south = (looking(world, f"user:{place}-manager") for place in ("north", "south"))
    answer = erase(client, north, record={"source": "urn:agency:gp", "subject": "DX-2"})
    found = answer.json()["certificate"]
    assert (answer.status_code, found["complete"], found["decided_by"]) == (200, False, "north-manager")
    assert [each["of"] for each in found["keys"]] == ["record", "record", "child"]
    assert found["reason"] == "court-order: all of it"
    assert found["copies"]["backups_until"] > found["copies"]["kafka_until"] > found["decided_at"][:10]
    last = max(each["position"] for each in found["keys"])
    with world.database.transaction() as cursor:
        cursor.execute("insert into publication.checkpoints values ('register', %s, 'a note')", (last,))
    proven = client.get(f"/erasures/{found['erasure']}", headers=north).json()
    assert (proven["complete"], proven["checkpoints"]) == (True, {"before": None, "after": "a note"})
    assert is_problem(erase(client, south, record={"source": "urn:agency:gp", "subject": "DX-2"}), 404)
    assert is_problem(client.get(f"/erasures/{found['erasure']}", headers=south), 404)
    assert not {"perdita", "vanterpool", "dx-2"} & {word.lower() for word in str(proven).split()}


def test_a_dead_letter_of_a_destroyed_record_is_shown_without_its_content(world: World, client: TestClient) -> None:
    who = looking(world, "user:north-manager")
    gone, in_passing, stays = (
        json.dumps(each).encode()
        for each in (person("DX-1", **GONE), person("DX-2", "gp", **GONE), person("N-1", **STAYS))
    )
    shown = [as_dead_letter(client, who, value) for value in (gone, gone[:-3], in_passing, stays)]
    assert [each["raw"] is None for each in shown] == [True, True, True, False]
    assert {each["code"] for each in shown} == {"x"}


def test_a_legal_hold_by_two_people_stops_it_and_stands_in_the_history(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, subject = world.child_with(STAYS["nhs_number"]), {"source": "urn:agency:la-north", "subject": "N-1"}
    one, another = looking(world, "user:north-manager"), looking(world, "user:demo-data-manager")
    why = {"reason": "court-order: a claim in hand"}

    def code_of(who: Mapping[str, str], path: str, **more: Any) -> str:
        return str(client.post(path, headers=dict(who), json=why | more).json().get("code"))

    with registrar_at_work(world):
        monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
        requested = code_of(one, f"/children/{child}/hold")
        monkeypatch.setattr(stewards, "TIMEOUT_S", 30)
        assert (requested, code_of(one, f"/children/{child}/hold")) == ("None", "same-person")
        monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
        assert code_of(another, f"/children/{child}/hold") == "None"
        monkeypatch.setattr(stewards, "TIMEOUT_S", 30)
        assert [code_of(one, "/erasures", child=child), code_of(one, "/erasures", record=subject)] == ["held", "held"]
    history = client.get(f"/children/{child}/history", headers=one).json()["events"]
    assert [(event["type"], event["data"]["decided_by"]) for event in history if event["type"].startswith("Hold")] == [
        ("HoldAsked.v1", "north-manager"),
        ("HoldPlaced.v1", "demo-data-manager"),
    ]
    with world.database.transaction() as cursor:
        use_live(cursor)
        assert hold_of(cursor, child) == (True, False)


def test_a_child_whose_every_record_was_removed_is_destroyed_by_who_works_for_the_whole_directory(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hero = {"given_name": "Hero", "family_name": "Leonato", "nhs_number": "9990000476"}
    assert world.submit(person("R-1", **hero)) == ["accepted"]
    child = world.child_with("9990000476")
    assert world.submit(submission("record.removed", "R-1", {"reason": "died", "on": "2008-10-01"})) == ["accepted"]
    monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
    assert is_problem(erase(client, looking(world, "user:north-manager"), child=child), 404)
    with registrar_at_work(world):
        assert erase(client, looking(world), child=child).status_code == 202
        assert eventually(lambda: decided(world) == 2)
    again = erase(client, looking(world), record={"source": "urn:agency:la-north", "subject": "R-1"}).json()
    assert [each["of"] for each in again["certificate"]["keys"]] == ["record", "child"]
    assert "Leonato" not in opened(world)
    assert built_otherwise(world) == []


def test_the_same_again_while_the_views_lag_is_under_way_and_to_others_the_record_never_was(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
    imogen = {"given_name": "Imogen", "family_name": "Cymbeline", "nhs_number": "9990000468", "address": ELSEWHERE}
    assert world.submit(person("I-1", **imogen), person("I-2", "gp", **imogen)) == ["accepted"] * 2
    record, unknown = ({"source": "urn:agency:gp", "subject": subject} for subject in ("I-2", "I-3"))
    north, south, who = (looking(world, f"user:{each}-manager") for each in ("north", "south", "demo-data"))
    before = decided(world)
    with monkeypatch.context() as standing_still:
        standing_still.setattr(world, "show", lambda: None)
        with registrar_at_work(world):
            assert erase(client, who, record=record).json().keys() == {"decision", "receipts"}
            assert eventually(lambda: decided(world) == before + 1)
        again = erase(client, who, record=record)
        assert (again.status_code, again.json()["certificate"]) == (202, f"/erasures/{again.json()['erasure']}")
        assert is_problem(erase(client, south, record=record), 403)
    world.show()
    found = erase(client, who, record=record).json()["certificate"]
    assert (found["erasure"], decided(world)) == (again.json()["erasure"], before + 1)

    hidden, absent = erase(client, north, record=record), erase(client, north, record=unknown)
    assert is_problem(hidden, 404)
    assert (hidden.content, hidden.headers) == (absent.content, absent.headers)

    child = world.child_with("9990000468")
    assert erase(client, north, child=child).status_code == 202

    def decide_behind_the_first(*decision: Any) -> Any:
        with registrar_at_work(world):
            return stewards.decide(*decision)

    monkeypatch.setattr(stewards, "TIMEOUT_S", 30)
    monkeypatch.setattr(erasures, "decide", decide_behind_the_first)
    twice = erase(client, north, child=child)
    assert (twice.status_code, decided(world)) == (200, before + 2)
    assert twice.json()["certificate"]["decided_by"] == "north-manager"
