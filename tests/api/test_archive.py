"""The archive: who is put there, who is absent to whom because of it, how a child returns, and who is destroyed."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from domain.days import day_at
from domain.retention import RULES, due
from domain.timeline import summary
from projections.base.projection import Put
from projections.directory.project import LINK
from projections.engine.live_schema import use_live
from services.lab.simulate.identifiers import nhs_number
from services.submission_contract.decisions import DecisionType
from streams.access import looks
from streams.kafka.settings import KafkaSettings
from tests.support.api_world import NOBODY, bearer
from tests.support.archive import (
    AUDITOR,
    ENQUIRY,
    HOME,
    MANAGER,
    NOW,
    NURSE,
    OFFICER,
    THEN,
    WHY,
    Archive,
    known,
    reading,
    reported,
)
from tests.support.shields import decide, shield
from tests.support.world import person, submission


@pytest.fixture(scope="module")
def directory(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = Archive(kafka, database_url, tmp_path_factory.mktemp("archive"))
    yield made
    made.close()


@pytest.fixture
def world(directory: Archive) -> Archive:
    directory.at = NOW
    return directory


@pytest.mark.parametrize("more", ["", "/history", "?as_of=2026-11-24T11:00:00Z", "?effective=2026-01-01", "?why=true"])
def test_an_archived_child_is_absent_to_practitioners(world: Archive, more: str) -> None:
    number = world.archived(world.adult())
    got = world.look(number, NURSE, more=more)
    expected = world.client.get(f"/children/{NOBODY}{more}", headers=reading(world))
    assert (got.status_code, got.content, sorted(got.headers.items())) == (
        404,
        expected.content,
        sorted(expected.headers.items()),
    )
    assert not world.sees(number)


def test_in_the_first_year_data_managers_are_shown_it_then_an_enquiry_is(world: Archive) -> None:
    number = world.archived(world.adult())
    asked_for = "subject-access: asked by the person"
    assert world.sees(number, MANAGER)
    assert not world.sees(number, OFFICER)
    assert world.sees(number, OFFICER, asked_for)
    world.years_later(1.1)
    assert not world.sees(number, MANAGER)
    assert world.sees(number, MANAGER, ENQUIRY)
    assert not world.sees(number, NURSE, ENQUIRY)
    assert not world.sees(number, "user:demo-masked", ENQUIRY)
    assert world.sees(number, OFFICER, asked_for)


def test_one_user_enquires_into_the_archive_about_so_many_a_day(
    world: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sign-in opens the whole archive to search; data managers learn of each child, at once."""
    people = [world.archived(world.adult()) for _ in range(3)]
    recent = world.adult()
    world.years_later(1.2)
    world.archived(recent)
    monkeypatch.setattr(looks, "MOST_ENQUIRED", 2)
    asked = (*people[:2], people[0], people[2], recent)
    assert [world.look(each, MANAGER, ENQUIRY).status_code for each in asked] == [200, 200, 403, 403, 403]
    assert world.look(recent, MANAGER).status_code == 200
    assert world.look(people[2], OFFICER, "subject-access: asked by the person").status_code == 200
    with world.database.transaction() as cursor:
        cursor.execute("select value from register.outbox where topic = 'notices.unclaimed'")
        noticed = [orjson.loads(bytes(value)) for (value,) in cursor.fetchall()]
    found = {each["child"] for each in noticed if each["kind"] == "archive-enquiry"}
    assert found >= {world.child_with(each) for each in people}
    assert world.child_with(recent) not in found
    world.at += timedelta(days=1)
    assert world.look(people[2], MANAGER, ENQUIRY).status_code == 200


def enquired(world: Archive, user: str) -> list[str]:
    """The children whom a user was shown for an enquiry today."""
    with world.database.transaction() as cursor:
        cursor.execute(
            "select child::text from access.enquiries where user_name = %s and day = %s",
            (user.removeprefix("user:"), world.at.date().isoformat()),
        )
        return [child for (child,) in cursor.fetchall()]


def test_in_the_first_year_it_counts_for_whom_nothing_else_shows_the_archive(world: Archive) -> None:
    world.years_later(1.5)
    number = world.archived(world.adult())
    for who, why in ((OFFICER, "subject-access: asked by the person"), (MANAGER, ENQUIRY)):
        assert world.look(number, who, why).status_code == 200
    assert enquired(world, OFFICER) == [world.child_with(number)]
    assert enquired(world, MANAGER) == []


def test_who_looked_counts_as_enquired(world: Archive) -> None:
    number = world.archived(world.adult())
    world.years_later(1.6)
    assert world.look(number, AUDITOR, ENQUIRY, "/looks").status_code == 200
    assert enquired(world, AUDITOR) == [world.child_with(number)]


def test_an_absorbed_number_counts_as_its_survivor(world: Archive) -> None:
    number, other = world.adult(), world.adult()
    absorbed, left = world.child_with(other), world.child_with(number)
    world.at += timedelta(hours=1)
    assert decide(world, DecisionType.MERGE, left=left, right=absorbed) == "accepted"
    world.years_later(1.1)
    world.archived(number)
    world.years_later(2.7)
    path = f"/children/{absorbed}?as_of=2026-11-24T12:30:00Z"
    answer = world.client.get(path, headers=reading(world, MANAGER, ENQUIRY))
    assert answer.json()["child"] == absorbed, answer.text
    assert enquired(world, MANAGER) == [left]


def test_no_authority_gets_a_notice_of_an_enquiry(world: Archive) -> None:
    """The notice of a look by who is not of a scheduled service would tell it who is in the archive."""
    number = world.adult()
    child = world.child_with(number)

    def noticed() -> set[tuple[str, str]]:
        with world.database.transaction() as cursor:
            cursor.execute("select topic, value from register.outbox where topic like 'notices.%'")
            found = [(topic, orjson.loads(bytes(value))) for topic, value in cursor.fetchall()]
        return {(topic, each["kind"]) for topic, each in found if each.get("child") == child}

    assert world.look(number, MANAGER, ENQUIRY).status_code == 200
    before = noticed()
    assert "unscheduled-look" in {kind for _, kind in before}
    with world.database.transaction() as cursor:
        cursor.execute("delete from register.outbox where topic like 'notices.%'")
    world.archived(number)
    world.years_later(1.8)
    assert world.look(number, MANAGER, ENQUIRY).status_code == 200
    assert noticed() == {("notices.unclaimed", "archive-enquiry")}


def test_the_refusal_of_an_enquiry_tells_of_nobody(world: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has enquired about so many is answered alike about somebody who is archived and about nobody."""
    person, stranger = world.archived(world.adult()), nhs_number(1, 8)
    world.years_later(1.3)
    monkeypatch.setattr(looks, "MOST_ENQUIRED", 1)
    assert world.look(person, MANAGER, ENQUIRY).status_code == 200
    path = f"/children/{world.child_with(person)}"
    absent = f"/children/{uuid4()}"
    headers = reading(world, MANAGER, ENQUIRY)
    told = [world.client.get(each, headers=headers) for each in (path, absent)]
    for number in (person, stranger):
        query = {"criteria": {"nhs_number": number}, "reason": ENQUIRY}
        told.append(world.client.post("/children/search", json=query, headers=bearer(world, MANAGER)))
    assert {(each.status_code, each.json()["detail"]) for each in told} == {(403, told[0].json()["detail"])}


def test_one_answer_to_an_enquiry_shows_no_more_than_a_day_may(world: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list opens no archive, whatever was shown before; and nobody of it counts as shown."""
    people = [world.archived(world.adult()) for _ in range(2)]
    world.years_later(1.4)
    monkeypatch.setattr(looks, "MOST_ENQUIRED", 1)
    both = {"left": world.child_with(people[0]), "right": world.child_with(people[1]), "reason": ENQUIRY}
    answer = world.client.post("/duplicates/dismiss", json=both, headers=bearer(world, MANAGER))
    assert answer.status_code == 403, answer.text
    assert world.look(people[0], MANAGER, ENQUIRY).status_code == 200


def test_the_entry_says_since_when_to_those_who_are_shown_it(world: Archive) -> None:
    archived, other = world.archived(world.adult()), world.adult()
    assert world.look(archived, MANAGER).json()["archived_since"] == "2026-11-24T12:00:00.000000Z"
    assert "archived_since" not in world.look(other, MANAGER).json()


def test_subject_access_and_who_looked_go_on(world: Archive) -> None:
    number = world.archived(world.adult())
    world.years_later(2)
    assert world.look(number, OFFICER, more="/subject-access").status_code == 200
    assert world.look(number, AUDITOR, ENQUIRY, "/looks").status_code == 200
    history = world.look(number, MANAGER, ENQUIRY, "/history").json()
    assert history["events"][-1]["type"] == "ChildArchived.v1"


def test_what_was_asked_for_about_an_archived_child_waits_for_nobody_who_is_not_shown_it(world: Archive) -> None:
    """Else the list would tell an archived child from one that is not there; who answers for it has a term."""
    number, absorbed = world.adult(), world.adult()
    asked = {"kind": "correction", "asked_by": "child", "text": "The date of birth is wrong", "reason": "data-quality"}
    numbers = []
    for each in (number, absorbed):
        path = f"/children/{world.child_with(each)}/corrections"
        answer = world.client.post(path, json=asked, headers=reading(world, MANAGER))
        assert answer.status_code == 201, answer.text
        numbers.append(answer.json()["request"])
    children = {"left": world.child_with(number), "right": world.child_with(absorbed)}
    world.view_looks()
    assert decide(world, DecisionType.MERGE, **children) == "accepted"

    def waiting(who: str, why: str = WHY) -> set[str]:
        found = world.client.get("/corrections", headers=reading(world, who, why)).json()["requests"]
        return {each["request"] for each in found} & set(numbers)

    assert waiting(MANAGER) == set(numbers)
    world.years_later(1.1)
    world.archived(number)
    assert waiting(MANAGER) == set(numbers)
    world.years_later(2.2)
    assert waiting(MANAGER) == set()
    assert waiting(OFFICER) == waiting(MANAGER, ENQUIRY) == set(numbers)
    answered = {"outcome": "refused", "text": "It is right", "reason": "data-quality"}
    path = f"/corrections/{numbers[0]}/answer"
    assert world.client.post(path, json=answered, headers=reading(world, MANAGER)).status_code == 404
    assert world.client.post(path, json=answered, headers=reading(world, OFFICER)).status_code == 200


def test_no_list_has_an_archived_child(world: Archive) -> None:
    gone, here = world.archived(world.emigrant()), world.child()
    headers = reading(world, MANAGER)
    export = world.client.get("/export", headers=headers).text
    reports = [
        world.client.get(f"/reports/{name}", params={"on": day_at(NOW).isoformat(), **as_of}, headers=headers).text
        for name in ("missing-education", "no-gp", "several-gps", "gone-in-doubt")
        for as_of in ({}, {"as_of": "2026-11-24T11:59:00Z"})
    ]
    due = world.client.get("/retention/due", params={"on": "2026-11-24"}, headers=headers).text
    assert world.child_with(here) in export
    assert any(world.child_with(here) in report for report in reports)
    assert not any(world.child_with(gone) in text for text in (export, *reports, due))


RETURNS: dict[str, Callable[[str], dict[str, Any]]] = {
    "registered by another agency": lambda number: known(number, "2010-05-01", "la-south"),
    "registered again": lambda number: known(number, "2010-05-01") | {"time": "2026-11-20T09:00:00Z"},
    "worked with": lambda number: reported(
        "involvement.started",
        f"la-north-{number}",
        {"involvement": f"i{number}", "service": "social-care", "started_on": "2020-06-01"},
    ),
    "amended": lambda number: known(number, "2010-05-01", "gp") | {"type": "child.amended", "id": f"amended-{number}"},
    "a flag is raised": lambda number: reported("flag.raised", f"la-north-{number}", {"flag": "information-to-share"}),
}


@pytest.mark.parametrize("sent", RETURNS.values(), ids=RETURNS.keys())
def test_who_is_here_returns_at_once(world: Archive, sent: Callable[[str], dict[str, Any]]) -> None:
    number = world.emigrant()
    child = world.child_with(number)
    before = world.look(number).json()
    world.archived(number)
    assert not world.sees(number)
    assert world.submit(sent(number)) == ["accepted"]
    assert world.child_with(number) == child
    assert world.sees(number)
    assert world.look(number).json().keys() == before.keys()
    history = world.look(number, more="/history").json()["events"]
    assert not {event["type"] for event in history} & {"ChildArchived.v1", "ChildReturned.v1"}
    assert {"ChildArchived.v1", "ChildReturned.v1"} <= {
        event["type"] for event in world.look(number, MANAGER, more="/history").json()["events"]
    }


def test_a_return_leaves_what_a_reader_is_shown_as_if_it_had_never_been_archived(world: Archive) -> None:
    number, never = world.emigrant(), world.emigrant()
    world.archived(number)
    shown = []
    for each in (number, never):
        assert world.submit(RETURNS["a flag is raised"](each)) == ["accepted"]
        answers = (world.look(each).text, world.look(each, more="/history").text)
        versions = [[event["version"] for event in world.look(each, more="/history").json()["events"]]]
        shown.append((sorted(map(len, answers)), versions))
    assert shown[0][1] == shown[1][1]


def test_who_only_amends_what_it_holds_brings_no_adult_back_but_a_younger_one(world: Archive) -> None:
    number = world.archived(world.adult())
    amended = known(number, "1995-02-01") | {"type": "child.amended", "time": "2012-05-20T09:00:00Z"}
    assert world.submit(amended | {"id": f"same-age-{number}"}) == ["accepted"]
    assert not world.sees(number)
    younger = amended["data"] | {"date_of_birth": "2012-02-01"}
    assert world.submit(amended | {"id": f"younger-{number}", "data": younger}) == ["accepted"]
    assert world.sees(number)


@pytest.mark.parametrize("how", ["worked with", "a flag is raised"])
def test_who_is_worked_with_is_here_whatever_archived_it(world: Archive, how: str) -> None:
    """Somebody in need is known where an agency works with it, also if it was archived by a wrong date of birth."""
    number = world.archived(world.adult())
    assert world.submit(RETURNS[how](number)) == ["accepted"]
    assert world.sees(number)


def test_a_changed_date_of_birth_archives_nobody_for_a_year(world: Archive) -> None:
    number = world.child()
    older = known(number, "1995-05-01") | {"type": "child.amended", "time": "2013-05-20T09:00:00Z"}
    assert world.submit(older | {"id": f"older-{number}"}) == ["accepted"]
    assert world.run(number) == "refused"
    world.years_later(1.1)
    assert world.run(number) == "accepted"


@pytest.mark.parametrize("day", ["2025-11-23", "2012-01-01"])
def test_a_death_that_is_dated_back_archives_nobody_for_a_year(world: Archive, day: str) -> None:
    number = world.child()
    said = {"reason": "died", "on": day}
    assert world.submit(reported("child.deregistered", f"la-north-{number}", said)) == ["accepted"]
    assert world.run(number) == "refused"
    world.years_later(1.1)
    assert world.run(number) == "accepted"


def test_who_is_amended_since_is_not_archived_again(world: Archive) -> None:
    number = world.archived(world.emigrant())
    assert world.submit(RETURNS["amended"](number)) == ["accepted"]
    assert world.run(number) == "refused"
    assert world.sees(number)


def test_a_clinic_brings_nobody_back(world: Archive) -> None:
    number = world.archived(world.emigrant())
    consent = {"given_by": "child", "explicit": True, "on": "2020-01-01"}
    started = {"involvement": number, "service": "camhs", "started_on": "2020-05-01", "consent": consent}
    sent = known(number, "2010-05-01", "clinic"), reported("involvement.started", f"clinic-{number}", started, "clinic")
    assert world.submit(*sent) == ["accepted"] * 2
    assert not world.sees(number)


@pytest.mark.parametrize("on", [date(2026, 11, 25), date(2999, 1, 1)])
def test_a_day_ahead_is_refused(world: Archive, on: date) -> None:
    number = world.adult()
    assert world.run(number, on=on) == "refused"
    assert world.sees(number)


def test_who_is_not_due_is_not_archived_whoever_names_the_child(world: Archive) -> None:
    child, adult = world.child(), world.adult()
    assert world.run(child) == "refused"
    assert world.run(adult, on=date(2013, 1, 31)) == "refused"
    assert world.run(child, adult) == "accepted"
    assert (world.sees(child), world.sees(adult)) == (True, False)


def test_held_and_shielded_children_are_left_out(world: Archive) -> None:
    held, shielded, adult = world.adult(), world.adult(), world.adult()
    for steward in ("demo-data-manager", "north-manager"):
        assert decide(world, DecisionType.HOLD_PLACE, child=world.child_with(held), decided_by=steward) == "accepted"
    shield(world, world.child_with(shielded))
    assert world.run(held, shielded) == "refused"
    assert world.run(held, shielded, adult) == "accepted"
    assert world.sees(held)
    assert world.look(shielded).status_code == 200


def test_who_was_merged_away_stops_nobody_on_its_page(world: Archive) -> None:
    """The page is answered as one on which nothing was due: any other refusal of a child would end the run."""
    absorbed, here, held = world.child(), world.child(), world.adult()
    left, right = world.child_with(here), world.child_with(absorbed)
    assert decide(world, DecisionType.MERGE, left=left, right=right) == "accepted"
    for steward in ("demo-data-manager", "north-manager"):
        assert decide(world, DecisionType.HOLD_PLACE, child=world.child_with(held), decided_by=steward) == "accepted"
    one = world.child_with(held)
    for page, code in (([right], "nothing-due"), ([left, one, right], "nothing-due"), ([one], "held")):
        (answer,) = world.registrar.handle([world.page(page)])
        assert [reason["code"] for reason in answer.reasons] == [code]


@pytest.mark.parametrize("of", ["a record", "the child"])
def test_whose_key_is_lost_is_left_out_and_stops_nobody(world: Archive, of: str) -> None:
    """Else nobody behind it was ever archived, and what the run had asked for were a dead letter."""
    number, other = world.adult(), world.adult()
    child = world.child_with(number)
    found = world.registrar.aggregates.child(child)
    assert found is not None
    lost = [*found.records] if of == "a record" else [child]
    if of == "the child":
        world.archived(number)
    with world.database.transaction() as cursor:
        cursor.execute("select stream, wrapped from register.data_keys where stream = any(%s::uuid[])", (lost,))
        kept = cursor.fetchall()
        assert kept
        cursor.execute("delete from register.data_keys where stream = any(%s::uuid[])", (lost,))
    world.registrar.forget()
    outcomes = world.run(number), world.run(number, other)
    with world.database.transaction() as cursor:
        cursor.executemany("insert into register.data_keys values (%s, %s)", kept)
    world.registrar.forget()
    assert outcomes == ("refused", "accepted")
    assert (world.sees(number), world.sees(other)) == (of == "a record", False)


def test_a_day_long_past_brings_nobody_back(world: Archive) -> None:
    """Whoever names a day on which nobody was due yet opens no archive with it."""
    number = world.archived(world.adult())
    assert world.run(number, on=date(2000, 1, 1)) == "refused"
    assert not world.sees(number)


def test_who_is_due_by_no_rule_any_more_is_brought_back_by_a_run(world: Archive) -> None:
    """The agencies' deregistrations are taken back by none of what brings a child back at once."""
    number = world.archived(world.emigrant())
    corrected = {"reason": "moved-away", "on": "2020-06-01"}
    sent = [reported("child.deregistered", f"{agency}-{number}", corrected, agency) for agency in ("la-north", "gp")]
    assert world.submit(*sent) == ["accepted"] * 2
    assert not world.sees(number)
    assert world.run(number) == "accepted"
    assert world.sees(number)


def test_six_years_later_two_people_destroy_it(world: Archive) -> None:
    number = world.archived(world.adult())
    child = world.child_with(number)
    world.years_later(5.9)
    assert world.run(number) == "refused"
    world.years_later(6.1)
    assert world.run(number, act="propose") == "accepted"
    assert world.run(number, act="destroy") == "refused"
    for act in ("return", "archive", "propose"):
        assert world.run(number, by="north-manager", act=act) == "refused"
    assert world.sees(number, MANAGER, ENQUIRY)
    assert world.run(number, by="north-manager", act="destroy") == "accepted"
    answer = world.client.get(f"/children/{child}", headers=reading(world, MANAGER, ENQUIRY))
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is nothing here under this name")


def test_who_comes_back_after_the_rules_had_it_destroyed_begins_anew(world: Archive) -> None:
    """Refused for ever, it would be on no list again; and a rule may have been wrong about it."""
    number = world.archived(world.adult())
    child = world.child_with(number)
    world.years_later(6.1)
    assert world.run(number, act="propose") == "accepted"
    assert world.run(number, by="north-manager", act="destroy") == "accepted"
    flagged = reported("flag.raised", f"la-north-{number}", {"flag": "information-to-share"})
    assert world.submit(flagged) == ["refused"]
    assert world.submit(known(number, "2015-02-01") | {"time": "2032-11-20T09:00:00Z"}) == ["accepted"]
    assert world.child_with(number) != child
    assert world.sees(number)
    assert world.submit(flagged | {"id": f"again-{number}"}) == ["accepted"]


def test_the_registrar_keeps_who_is_in_the_archive_now(world: Archive) -> None:
    """An agency's involvements and flags are looked up there, and search no child's events."""
    returned, destroyed = (world.archived(made()) for made in (world.emigrant, world.adult))
    children = {each: world.child_with(each) for each in (returned, destroyed)}

    def kept_of(number: str) -> bool:
        with world.database.transaction() as cursor:
            cursor.execute("select exists (select from register.archived where child = %s::uuid)", (children[number],))
            return cursor.fetchone() == (True,)

    assert kept_of(returned)
    assert world.submit(RETURNS["a flag is raised"](returned)) == ["accepted"]
    assert not kept_of(returned)
    world.years_later(6.1)
    assert world.run(destroyed, act="propose") == "accepted"
    assert kept_of(destroyed)
    assert world.run(destroyed, by="north-manager", act="destroy") == "accepted"
    assert not kept_of(destroyed)


def test_a_hold_stops_the_destruction_of_an_archived_child(world: Archive) -> None:
    number = world.archived(world.adult())
    world.years_later(6.1)
    assert world.run(number, act="propose") == "accepted"
    for steward in ("demo-data-manager", "north-manager"):
        assert decide(world, DecisionType.HOLD_PLACE, child=world.child_with(number), decided_by=steward) == "accepted"
    assert world.run(number, by="north-manager", act="destroy") == "refused"
    assert world.sees(number, MANAGER, ENQUIRY)


def test_what_was_proposed_a_week_ago_has_to_be_proposed_again(world: Archive) -> None:
    number = world.archived(world.adult())
    world.years_later(6.1)
    assert world.run(number, act="propose") == "accepted"
    world.at += timedelta(days=8)
    assert world.run(number, by="north-manager", act="destroy") == "refused"
    assert world.run(number, by="north-manager", act="propose") == "accepted"
    assert world.sees(number, MANAGER, ENQUIRY)


def test_one_user_runs_retention_for_so_many_a_day(world: Archive) -> None:
    world.years_later(0.01)
    before, child, gone = world.registrar.limits, world.child(), world.archived(world.emigrant())
    one, other = world.adult(), world.adult()
    world.registrar.limits = before._replace(retention=3)
    assert world.run(one, other, child) == "refused"
    assert world.run(child) == "refused"
    assert world.run(one) == "accepted"
    corrected = {"reason": "moved-away", "on": "2020-06-01"}
    sent = [reported("child.deregistered", f"{agency}-{gone}", corrected, agency) for agency in ("la-north", "gp")]
    assert world.submit(*sent) == ["accepted"] * 2
    assert world.run(gone, act="return") == "accepted"
    assert world.run(other) == "refused"
    assert world.run(other, by="north-manager") == "accepted"
    world.registrar.limits = before


def dead(world: Archive) -> str:
    world.at = THEN
    number = world.child()
    died = {"reason": "died", "on": "2020-06-01"}
    assert world.submit(reported("child.deregistered", f"la-north-{number}", died)) == ["accepted"]
    world.years_later(0.02)
    return world.archived(number)


def test_an_agency_brings_so_many_grown_ups_back_a_day_and_no_more(world: Archive) -> None:
    """Whoever registers numbers of grown-ups would else open the archive; who is not due any more comes with a run.

    Grown-ups use up nothing of those who were only believed dead, and whoever is said to be a child is in no budget.
    """
    gone = [dead(world) for _ in range(2)]
    world.years_later(0.02)
    before, people = world.registrar.limits, [world.archived(world.adult()) for _ in range(3)]
    emigrant = world.archived(world.emigrant())
    world.registrar.limits = before._replace(returns=1)
    assert world.submit(*(known(each, "1995-02-01", "gp") for each in people[:2])) == ["accepted"] * 2
    sent = known(people[2], "2010-05-01", "gp"), known(emigrant, "2010-05-01", "la-south")
    assert world.submit(*sent) == ["accepted"] * 2
    assert [world.sees(each) for each in (*people, emigrant)] == [True, False, True, True]
    flagged = [RETURNS["a flag is raised"](each) for each in (world.archived(world.adult()), *gone)]
    assert world.submit(*flagged) == ["accepted"] * 3
    assert [world.sees(each) for each in gone] == [True, False]
    with world.database.transaction() as cursor:
        cursor.execute("select value from register.outbox where topic = 'notices.unclaimed'")
        assert any(b'"kind":"returns","agency":"gp"' in bytes(value) for (value,) in cursor.fetchall())
    assert world.run(people[1], gone[1], act="return") == "accepted"
    assert [world.sees(each) for each in (people[1], gone[1])] == [False, True]
    world.registrar.limits = before


def test_an_archived_child_that_absorbs_one_who_is_here_returns(world: Archive) -> None:
    archived, here = world.archived(world.adult()), world.child()
    left, right = world.child_with(archived), world.child_with(here)
    assert decide(world, DecisionType.MERGE, left=left, right=right) == "accepted"
    assert world.look(archived).status_code == 200
    assert decide(world, DecisionType.SPLIT, child=left) == "accepted"
    assert world.look(here).status_code == 200


def test_who_was_archived_before_being_absorbed_is_archived_again_once_that_is_undone(world: Archive) -> None:
    archived, here = world.archived(world.adult()), world.child()
    left, right = world.child_with(here), world.child_with(archived)
    assert decide(world, DecisionType.MERGE, left=left, right=right) == "accepted"
    assert world.look(archived).json()["child"] == world.look(here).json()["child"] == left
    history = world.look(here, more="/history").json()["events"]
    assert "ChildrenMerged.v1" in [event["type"] for event in history]
    assert decide(world, DecisionType.SPLIT, child=left) == "accepted"
    assert (world.look(archived).status_code, world.look(here).status_code) == (200, 200)
    assert world.run(archived, here) == "accepted"
    assert (world.look(archived).status_code, world.look(here).status_code) == (404, 200)


def test_a_merge_that_brings_an_old_death_archives_nobody_for_a_year(world: Archive) -> None:
    world.at = THEN
    here = world.child()
    world.at = NOW
    left, right = world.child_with(here), world.child_with(world.emigrant())
    assert decide(world, DecisionType.MERGE, left=left, right=right) == "accepted"
    assert world.run(here) == "refused"
    assert world.look(here).status_code == 200
    world.years_later(1.1)
    assert world.run(here) == "accepted"


def test_an_archived_child_that_is_absorbed_is_absent_until_its_records_have_moved(
    world: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One partition says that it was absorbed, another moves its records; the survivor is in the archive, too."""
    number, other = (world.archived(world.adult()) for _ in range(2))
    children = {"left": world.child_with(other), "right": world.child_with(number)}
    rows, moved = world._puts, []

    def lagging() -> Iterator[Put]:
        for put in rows():
            if put.table is LINK:
                moved.append(put)
            else:
                yield put

    with monkeypatch.context() as patched:
        patched.setattr(world, "_puts", lagging)
        assert decide(world, DecisionType.MERGE, **children) == "accepted"
        assert moved
        assert not world.sees(number)
        assert world.look(number, MANAGER, ENQUIRY).json()["child"] == children["left"]
    monkeypatch.setattr(world, "_puts", lambda: moved)
    world.show()
    assert world.child_with(number) == children["left"]
    assert not world.sees(other)


def test_who_is_split_from_an_archived_child_is_here_at_once(world: Archive) -> None:
    """A child had joined a grown-up of the same number: which of the two the archive was meant for is open."""
    number = world.adult()
    assert world.submit(known(number, "1995-02-01", "gp")) == ["accepted"]
    child = world.child_with(world.archived(number))
    named = [{"source": "urn:agency:gp", "subject": f"gp-{number}"}]
    assert decide(world, DecisionType.SPLIT, child=child, records=named) == "accepted"
    query = {"criteria": {"nhs_number": number}, "reason": "data-quality"}
    found = world.client.post("/children/search", json=query, headers=reading(world)).json()["results"]
    assert len(found) == 2


def test_a_clinics_child_brings_nobody_back_by_a_merge(world: Archive) -> None:
    archived, number = world.archived(world.adult()), nhs_number(5, 8)
    assert world.submit(known(number, "1995-02-01", "clinic")) == ["accepted"]
    children = {"left": world.child_with(archived), "right": world.child_with(number)}
    assert decide(world, DecisionType.MERGE, **children) == "accepted"
    assert world.look(archived).status_code == 404


def test_a_clinics_amendment_that_joins_its_child_to_an_archived_one_brings_nobody_back(world: Archive) -> None:
    archived = world.archived(world.adult())
    child, before = world.child_with(archived), set(world.children())
    about = {"address": HOME, "given_name": "Unlike", "family_name": "Anybody", "date_of_birth": "1995-02-01"}
    assert world.submit(person("unlike", "clinic", **about)) == ["accepted"]
    (own,) = {*world.children()} - before
    data = known(archived, "1995-02-01")["data"]
    assert world.submit(submission("child.amended", "unlike", data, "clinic")) == ["accepted"]
    found = world.registrar.aggregates.child(own)
    assert found is not None
    assert found.superseded_by == child
    assert world.look(archived).status_code == 404


@pytest.mark.parametrize("by", ["a data manager", "the agency"])
def test_nobody_is_archived_by_removing_what_says_that_it_is_a_child(world: Archive, by: str) -> None:
    number = world.adult()
    assert world.submit(known(number, "2010-05-01", "la-south", family_name="Quaternion")) == ["accepted"]
    child, record = world.child_with(number), {"source": "urn:agency:la-south", "subject": f"la-south-{number}"}
    assert world.run(number) == "refused"
    if by == "the agency":
        gone = {"reason": "registered-in-error", "on": "2020-06-01"}
        assert world.submit(reported("record.removed", f"la-south-{number}", gone, "la-south")) == ["accepted"]
    else:
        assert decide(world, DecisionType.RECORD_REMOVE, child=child, record=record) == "accepted"
    assert world.run(number) == "refused"
    assert world.sees(number)
    world.years_later(1.1)
    assert world.run(number) == "accepted"


@pytest.mark.parametrize("set_aside", [False, True])
def test_nobody_is_archived_by_suspending_who_knows_better(world: Archive, set_aside: bool) -> None:
    """One person suspends the agency whose record says that it is a child, and runs."""
    number = world.adult()
    assert world.submit(known(number, "1995-02-01", "gp")) == ["accepted"]
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="gp", set_aside=set_aside) == "accepted"
    assert world.run(number) == "refused"
    assert world.sees(number)
    assert decide(world, DecisionType.AGENCY_RESUME, agency="gp") == "accepted"
    assert world.run(number) == "accepted"


def test_the_registrar_judges_as_the_views_do(world: Archive) -> None:
    """Of everybody whom the tests before have told of: removed, set aside, deregistered, of a clinic, or registered."""
    number = world.adult()
    removed = reported("record.removed", f"la-north-{number}", {"reason": "died", "on": "2020-06-01"})
    assert world.submit(known(number, "1995-02-01", "gp"), removed) == ["accepted"] * 2
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="gp", set_aside=True) == "accepted"
    aggregates = world.registrar.aggregates
    children = [child for each in world.children() if (child := aggregates.child(each)) and not child.superseded_by]
    with world.database.transaction() as cursor:
        use_live(cursor)
        cursor.execute(
            "select child::text, report, begins, nullif(ends, '9999-12-31'), status from finding"
            " where report = any(%s)",
            ([rule.name for rule in RULES],),
        )
        stored = {tuple(row) for row in cursor.fetchall()}
    judged = {
        (child, *each)
        for child, records in aggregates.chronologies(children).records.items()
        if summary(records)
        for each in due(records)
    }
    assert judged == stored
    assert len(judged) > 20
    assert decide(world, DecisionType.AGENCY_RESUME, agency="gp") == "accepted"
