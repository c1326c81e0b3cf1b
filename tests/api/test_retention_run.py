"""Runs of retention over HTTP: what they do and count, whom they leave out, and that they are done once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from projections.engine.live_schema import use_live
from services.api.routes import steward_decisions
from services.lab.simulate.identifiers import nhs_number
from streams.access import grants
from streams.access.retention_runs import last_runs
from streams.kafka.settings import KafkaSettings
from tests.support.api_world import NOBODY, is_problem, registrar_at_work
from tests.support.archive import (
    LEFT,
    MANAGER,
    NOW,
    NURSE,
    SECOND,
    THEN,
    UNTIL,
    Archive,
    known,
    reading,
    reported,
)
from tests.support.entitlements import NORTH, SOUTH, entitlement

TODAY = "2026-11-24"
SOUTHERN = "user:south-manager"


@pytest.fixture(scope="module")
def directory(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = Archive(kafka, database_url, tmp_path_factory.mktemp("archive"))
    yield made
    made.close()


@pytest.fixture
def world(directory: Archive) -> Archive:
    directory.at = NOW
    return directory


def requested(world: Archive, who: str = MANAGER, **more: Any) -> Any:
    return world.client.post("/retention/runs", json={"on": TODAY, **more}, headers=reading(world, who))


def run(world: Archive, who: str = MANAGER, **more: Any) -> dict[str, Any]:
    """All pages of a run, added up."""
    done: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    by_rule: Counter[tuple[str, str]] = Counter()
    children: list[dict[str, Any]] = []
    after = None
    with registrar_at_work(world):
        while True:
            answer = requested(world, who, limit=2, after=after, **more)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            done.update(page["done"])
            left_out.update(page["left_out"])
            children += page["children"]
            by_rule.update({(rule, act): n for rule, acts in page["by_rule"].items() for act, n in acts.items()})
            after = page["after"]
            if after is None:
                found = {"done": dict(done), "left_out": dict(left_out), "by_rule": dict(by_rule)}
                return found | {"children": children}


def test_a_run_archives_who_is_due_once(world: Archive) -> None:
    adults, emigrant, child = [world.adult() for _ in range(3)], world.emigrant(), world.child()
    dry = run(world, dry_run=True)
    assert dry["done"] == {"archive": 4}
    assert dry["by_rule"] == {("reached-18", "archive"): 3, ("left-england", "archive"): 1}
    assert all(world.sees(each) for each in (*adults, emigrant))
    done = run(world)
    assert done["done"] == {"archived": 4}
    assert done["by_rule"] == {("reached-18", "archived"): 3, ("left-england", "archived"): 1}
    assert not any(world.sees(each) for each in (*adults, emigrant))
    assert world.sees(child)
    events = world.log.recorder.max_notification_id()
    assert run(world)["done"] == {}
    assert world.log.recorder.max_notification_id() == events


def test_it_is_kept_when_all_who_were_due_to_had_returned(world: Archive) -> None:
    """Whoever waits for a run is absent until then, so operators look at when the last one was."""
    with world.database.transaction() as cursor:
        cursor.execute("delete from access.retention_runs")
    run(world, act="archive")
    run(world, act="return", dry_run=True)
    with world.database.transaction() as cursor:
        assert last_runs(cursor) == {}
    run(world, SECOND, act="return")
    world.at -= timedelta(days=1)
    for who in (SECOND, MANAGER):
        run(world, who, act="return", on="2026-11-23")
    with world.database.transaction() as cursor:
        assert last_runs(cursor) == {"": "2026-11-23", NORTH: TODAY}


def test_it_is_not_kept_while_somebody_is_due_to_return(world: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may begin behind whoever is due, and what was asked of the registrar may not be done yet."""
    number = world.adult()
    child = world.child_with(number)
    run(world)
    removed = reported("record.removed", f"la-north-{number}", {"reason": "registered-in-error", "on": "2026-11-20"})
    assert world.submit(removed) == ["accepted"]
    with world.database.transaction() as cursor:
        cursor.execute("delete from access.retention_runs")
    monkeypatch.setattr(steward_decisions, "TIMEOUT_S", 0.2)
    assert requested(world, act="return", after="ffffffff-ffff-4fff-bfff-ffffffffffff").json()["count"] == 0
    assert requested(world, act="return").status_code == 202
    with world.database.transaction() as cursor:
        use_live(cursor)
        cursor.execute("select since is null from archived_child where child = %s", (child,))
        assert (cursor.fetchall(), last_runs(cursor)) == ([(False,)], {})
    monkeypatch.undo()
    run(world, act="return")
    with world.database.transaction() as cursor:
        assert last_runs(cursor) == {"": TODAY}


def test_each_page_is_recorded_as_a_look_at_its_children(world: Archive) -> None:
    number = world.adult()
    run(world)
    look = world.looks()[-1]
    assert (look["action"], look["user"], look["children"]) == (
        "retention-run",
        "demo-data-manager",
        [world.child_with(number)],
    )


def test_an_authoritys_data_manager_runs_the_own_one(world: Archive) -> None:
    elsewhere = {"lines": ["2 Weir Street"], "postcode": "ZX2 2ZX", "authority": "E06999002", "status": "current"}
    own, other = world.adult(), world.somebody("1995-03-01", address=elsewhere)
    assert is_problem(requested(world, SECOND, authority="E06999002"), 403)
    assert run(world, SECOND)["done"] == {"archived": 1}
    assert (world.sees(own), world.sees(other)) == (False, True)
    assert run(world)["done"] == {"archived": 1}


@pytest.mark.parametrize("who", [NURSE, "user:demo-masked", "user:demo-auditor", "user:demo-administrator"])
def test_nobody_else_may(world: Archive, who: str) -> None:
    assert is_problem(requested(world, who, dry_run=True), 403)


@pytest.mark.parametrize(
    "body", [{"on": "2026-11-25"}, {"on": "soon"}, {"on": "2026-11-24T00:00"}, {"limit": 101}, {"act": "destroy"}]
)
def test_what_is_asked_wrongly_is_refused(world: Archive, body: dict[str, Any]) -> None:
    assert is_problem(requested(world, **body), 422)


def test_a_held_child_is_left_out_and_counted(world: Archive) -> None:
    number = world.adult()
    hold = {"reason": "court-order: a claim"}
    with registrar_at_work(world):
        for who in (MANAGER, SECOND):
            path = f"/children/{world.child_with(number)}/hold"
            assert world.client.post(path, json=hold, headers=reading(world, who)).status_code == 200
    found = run(world)
    assert (found["done"], found["left_out"]) == ({}, {"held": 1})
    assert world.sees(number)


def test_an_archived_child_is_shielded_by_who_is_shown_it(world: Archive) -> None:
    """Whoever hides may be registered again at a refuge; no run looks after a hidden child, so it returns."""
    number = world.emigrant()
    path, why = f"/children/{world.child_with(number)}/shield", {"reason": "witness-protection: it is back"}
    assert run(world)["done"]["archived"] == 1
    world.years_later(1.1)
    assert world.client.post(path, json=why, headers=reading(world, MANAGER)).status_code == 404
    world.at = NOW
    assert not world.sees(number)
    with registrar_at_work(world):
        answer = world.client.post(path, json=why, headers=reading(world, MANAGER))
    assert answer.status_code == 200, answer.text
    shown = world.look(number)
    assert (shown.status_code, shown.json().get("shielded")) == (200, True), shown.text
    assert run(world)["done"] == {}


def test_six_years_later_a_run_proposes_and_that_of_another_destroys(world: Archive) -> None:
    number = world.adult()
    child = world.child_with(number)
    assert run(world)["done"] == {"archived": 1}
    world.years_later(6.1)
    on = world.at.date().isoformat()
    due = world.client.get("/retention/due", params={"on": on}, headers=reading(world, MANAGER)).json()
    listed = next(each for each in due["children"] if each["child"] == child)
    assert (listed["act"], listed["archived_on"], listed["destroy_on"]) == ("destroy", TODAY, "2032-11-24")
    before = world.log.recorder.max_notification_id()
    assert run(world, on=on)["done"].get("destroyed") is None
    assert run(world, on=on, act="propose", dry_run=True)["done"]["destroy"] >= 1
    assert run(world, on=on, act="destroy", dry_run=True)["children"] == []
    first = run(world, on=on, act="propose")
    assert first["done"] == {"proposed": len(first["children"])}
    assert run(world, on=on, act="propose")["done"] == {}
    for who in (MANAGER, SECOND):
        assert run(world, who, on=on)["done"].get("destroyed") is None
    listed = run(world, SECOND, on=on, act="destroy", dry_run=True)["children"]
    assert {each["child"]: each["archived_at"][:10] for each in listed}[child] == TODAY
    assert all(each["proposed_at"][:10] == on for each in listed)
    named = [child]
    alone = run(world, on=on, act="destroy", children=named)
    assert (alone["done"], alone["left_out"]) == ({}, {"undone": 1})
    second = run(world, SECOND, on=on, act="destroy", children=named)
    assert (second["done"], [each["done"] for each in second["children"]]) == ({"destroyed": 1}, ["destroyed"])
    assert world.client.get(f"/children/{child}", headers=reading(world, MANAGER)).status_code == 404
    assert run(world, SECOND, on=on, act="destroy", children=named)["done"] == {}
    assert world.log.recorder.max_notification_id() > before


@pytest.mark.parametrize("body", [{"act": "destroy"}, {"act": "archive", "children": [NOBODY]}])
def test_only_who_is_to_be_destroyed_is_named_and_always(world: Archive, body: dict[str, Any]) -> None:
    assert is_problem(requested(world, **body), 422)


def test_who_is_said_to_live_in_two_places_is_brought_back_by_either_authority(world: Archive) -> None:
    """Neither report gives a right, and each takes it from the other: a run of either left the child to the other."""
    world.enrol(Agency("nursery", "A nursery", AgencyKind.SCHOOL_CENSUS))
    users = [entitlement("data-manager", user="south-manager", sensitive=True, authority=SOUTH, **UNTIL)]
    grants.add_users(world.database_url, world.key, users)
    south = {"lines": ["2 Weir Street"], "postcode": "ZX2 2ZX", "authority": SOUTH, "status": "current"}
    number, agencies = nhs_number(1, 9), ("gp", "nursery")
    world.at = THEN
    sent = [known(number, "2010-05-01", "gp", address=south), known(number, "2010-05-01", "nursery")]
    sent += [reported("child.deregistered", f"{agency}-{number}", LEFT, agency) for agency in agencies]
    assert world.submit(*sent) == ["accepted"] * 4
    world.at = NOW
    assert run(world)["done"]["archived"] >= 1
    corrected = {"reason": "moved-away", "on": "2020-06-01"}
    sent = [reported("child.deregistered", f"{agency}-{number}", corrected, agency) for agency in agencies]
    assert world.submit(*sent) == ["accepted"] * 2
    done = {}
    for who in (SECOND, SOUTHERN):
        found = run(world, who, act="return")
        done[who] = found["done"], found["left_out"]
    assert sum(each.get("returned", 0) for each, _ in done.values()) >= 1, done
    assert not any("elsewhere" in left for _, left in done.values())
    assert world.sees(number)


@pytest.mark.parametrize("authority", [None, "E06999001"])
def test_who_has_no_ordinary_record_any_more_comes_back_all_the_same(world: Archive, authority: str | None) -> None:
    """Nothing says where it lived, so it is on no list; it stays in no archive because of that."""
    number = world.adult()
    child = world.child_with(number)
    run(world)
    removed = reported("record.removed", f"la-north-{number}", {"reason": "registered-in-error", "on": "2026-11-20"})
    assert world.submit(removed) == ["accepted"]
    assert run(world, act="return", authority=authority)["done"]["returned"] >= 1
    with world.database.transaction() as cursor:
        use_live(cursor)
        cursor.execute("select since from archived_child where child = %s", (child,))
        assert cursor.fetchall() == [(None,)]
