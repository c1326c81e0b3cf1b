"""A child's history as a page: as known and as true, who may read it, and that each reading is recorded."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from domain.event import fields_of
from services.pages.rendering import render
from services.pages.timeline import Timeline, timeline_shown
from services.submission_contract.schemas.event_examples import events
from tests.api.pages.browser import Browser
from tests.support.api_world import NHS_NUMBER, NOBODY
from tests.support.shields import shield
from tests.support.world import World, person, submission

HIDDEN = "9990000034"
TODAY = date(2026, 11, 30)


OF_A_HISTORY = (
    *("RecordRegistered", "RecordAmended", "RecordDeregistered", "RecordRemoved", "RecordRemovedBySteward"),
    *("InvolvementStarted", "InvolvementEnded", "ConsentWithdrawn", "FlagRaised", "FlagLowered"),
    *("ChildListed", "RecordLinked", "ChildrenMerged", "ChildSuperseded", "RecordUnlinked", "MatchSuspected"),
    *("ShieldApplied", "ShieldLifted", "HoldPlaced", "HoldLifted", "RecordsSetAside", "RecordsAccepted"),
)


def event(
    kind: str, time: str, recorded_at: str, version: int = 1, stream: str = "r", /, **data: Any
) -> dict[str, Any]:
    return {
        "position": 1,
        "stream": stream,
        "version": version,
        "type": f"{kind}.v1",
        "time": f"{time}T09:00:00.000000Z",
        "recorded_at": f"{recorded_at}T10:00:00.000000Z",
        "source": "urn:agency:gp",
        "data": data,
        "caused_by": "s1",
    }


WREN, WRENNA = {"given_name": "Wren", "gender": "female"}, {"given_name": "Wrenna", "gender": "female"}
EVENTS = [
    event("RecordRegistered", "2008-01-01", "2008-01-02", particulars=WREN),
    event("InvolvementStarted", "2008-02-01", "2008-02-02", 2, number=1, involvement={"started_on": "2008-01-15"}),
    event("RecordAmended", "2008-03-01", "2008-03-02", 3, particulars=WRENNA),
    event("InvolvementEnded", "2008-04-01", "2008-04-02", 4, number=1, ended_on="2008-03-20"),
    event("RecordLinked", "2008-01-01", "2008-01-02", 1, "c", rule="certain"),
]


def page_of(timeline: Timeline) -> str:
    return render(
        "practitioner/timeline.html.jinja",
        user="x",
        csrf="",
        stated=None,
        status=200,
        is_fictional=True,
        may=(),
        now="x",
        child="x",
        timeline=timeline,
        shielded=False,
        warning=None,
        looks_read=0,
    )


def shown(as_of: str = "", effective: str = "", looks: Any = ()) -> Timeline:
    return timeline_shown(EVENTS, looks, as_of, effective, TODAY)


def holding(timeline: Timeline) -> list[str]:
    return [
        row.statement.kind for row in timeline.rows if row.statement and row.statement.holds and row.statement.lasts
    ]


def test_each_statement_has_a_from_and_a_to() -> None:
    spans = [(each.kind, each.since[:10], each.until and each.until[:10]) for each in _statements(shown())]
    assert spans == [
        ("RecordRegistered", "2008-01-01", "2008-03-01"),
        ("RecordLinked", "2008-01-01", None),
        ("InvolvementStarted", "2008-01-15", "2008-03-20"),
        ("RecordAmended", "2008-03-01", None),
        ("InvolvementEnded", "2008-04-01", None),
    ]


def _statements(timeline: Timeline) -> list[Any]:
    return [row.statement for row in timeline.rows if row.statement]


def test_an_end_that_was_not_known_then_is_none() -> None:
    (before, after) = (shown("2008-03-02T10:00:00.000000Z"), shown())
    assert (before.before, before.after) == ("2008-02-02T10:00:00.000000Z", "2008-04-02T10:00:00.000000Z")
    assert (after.as_of, after.before, after.after) == (None, "2008-03-02T10:00:00.000000Z", None)
    assert "InvolvementEnded" not in {each.kind for each in _statements(before)}
    assert holding(before) == ["InvolvementStarted", "RecordAmended"]
    assert holding(after) == ["RecordAmended"]


def test_what_is_true_on_a_day_is_marked() -> None:
    assert holding(shown(effective="2008-01-20")) == ["RecordRegistered", "InvolvementStarted"]
    assert holding(shown(effective="2008-03-19")) == ["InvolvementStarted", "RecordAmended"]
    assert holding(shown(effective="2008-03-20")) == ["RecordAmended"]
    assert holding(shown(effective="2007-12-31")) == []


def test_what_is_of_a_record_that_is_set_aside_is_marked_until_it_is_accepted() -> None:
    aside = event("RecordsSetAside", "2008-05-01", "2008-05-02", 2, "c", aside=[{"record": "r", "since": 3}])
    accepted = event("RecordAcceptedBySteward", "2008-06-01", "2008-06-02", 3, "c", record="r", record_version=3)
    again = event("RecordSetAsideBySteward", "2008-07-01", "2008-07-02", 4, "c", record="r", record_version=3)
    fits = event("RecordsAccepted", "2008-08-01", "2008-08-02", 5, "c", record="r", record_version=5, records=["r"])
    other = event("RecordRegistered", "2008-01-01", "2008-01-02", 1, "o", particulars=WREN)
    every = [*EVENTS, aside, accepted, again, fits, other]
    found = []
    for moment in ("", *(each["recorded_at"] for each in (aside, accepted, again, fits))):
        timeline = timeline_shown(every, [], moment, "", TODAY)
        marked = {(each.event["stream"], each.kind) for each in _statements(timeline) if each.is_aside}
        found.append(marked)
        page = page_of(timeline)
        assert ("set aside</strong>" in page, page.count("reported, no end known")) == (bool(marked), 1 + (not marked))
    lasting = {("r", kind) for kind in ("RecordRegistered", "InvolvementStarted", "RecordAmended")}
    assert found == [set(), lasting, set(), lasting, set()]


def test_an_amendment_says_what_is_other_than_before() -> None:
    changes = {each.kind: each.changes for each in _statements(shown())}
    assert [tuple(each) for each in changes["RecordAmended"]] == [("given_name", "Wren", "Wrenna")]
    assert [each.field for each in changes["RecordRegistered"]] == ["given_name", "gender"]


def test_looks_stand_between_the_changes() -> None:
    looks = [{"time": "2008-02-15T00:00:00.000000Z", "user": "u"}, {"time": "2009-01-01T00:00:00.000000Z", "user": "u"}]
    kinds = [row.statement.kind if row.statement else "look" for row in shown(looks=looks).rows]
    assert kinds == ["RecordRegistered", "RecordLinked", "InvolvementStarted", "look", "RecordAmended",
                     "InvolvementEnded", "look"]  # fmt: skip
    assert len([row for row in shown("2008-03-02T10:00:00.000000Z", looks=looks).rows if row.look]) == 1


@given(
    as_of=st.sampled_from(["", "then", *sorted({each["recorded_at"] for each in EVENTS})]),
    effective=st.one_of(st.sampled_from(["", "2008-03-20", "then"]), st.dates().map(str)),
    order=st.permutations(EVENTS),
)
def test_whatever_the_order_of_events_the_timeline_is_that_of_what_was_known(
    as_of: str, effective: str, order: list[dict[str, Any]]
) -> None:
    timeline = timeline_shown(order, [], as_of, effective, TODAY)
    known = [each for each in EVENTS if timeline.as_of is None or each["recorded_at"] <= as_of]
    assert {id(each.event) for each in _statements(timeline)} == {id(each) for each in known}
    again = timeline_shown(known, [], "", effective, TODAY)
    assert sorted(holding(again)) == sorted(holding(timeline))
    assert [each.at for each in timeline.learnt] == sorted({each["recorded_at"] for each in EVENTS})


@pytest.mark.parametrize("is_destroyed", [False, True])
def test_every_kind_of_event_has_words_also_once_it_is_destroyed(is_destroyed: bool) -> None:
    for number, (kind, each) in enumerate(events().items()):
        fields = {} if is_destroyed else fields_of(each, (*each.CLEAR, *each.SEALED))
        told = event(kind.partition(".")[0], "2008-01-01", "2008-01-02", number + 1, str(number), **fields)
        timeline = timeline_shown([told], [], "", "", TODAY)
        page = page_of(timeline)
        assert "Learnt 2 January 2008" in page
        if kind.partition(".")[0] in OF_A_HISTORY:
            assert "Another change" not in page, kind


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """The directory in which one child was amended, and another is shielded."""
    ended = {"involvement": "i1", "ended_on": "2026-02-01"}
    outcomes = one_child.submit(
        person("S1", nhs_number=NHS_NUMBER, given_name="<b>Adelaide") | {"type": "child.amended"},
        submission("involvement.ended", "G1", ended, "gp"),
        person("S9", nhs_number=HIDDEN, given_name="Cay", date_of_birth="2001-09-09"),
    )
    assert outcomes == ["accepted"] * 3
    shield(one_child, one_child.child_with(HIDDEN))
    return one_child


@pytest.fixture(scope="module")
def child(world: World) -> str:
    return world.child_with(NHS_NUMBER)


def opened(client: TestClient, world: World, user: str, child: str, **fields: str) -> Browser:
    browser = Browser(client, world).sign_in(user)
    browser.get("/pages/reason")
    browser.send("/pages/timeline", child=child, **fields)
    return browser


def test_a_practitioner_reads_what_became_true_and_when(client: TestClient, world: World, child: str) -> None:
    browser = Browser(client, world).sign_in()
    browser.open(child)
    assert 'action="/pages/timeline"' in browser.page.text
    browser.send("/pages/timeline", child=child)
    assert browser.page.status_code == 200
    look = world.looks()[-1]
    assert (look["action"], look["user"], look["children"]) == ("history", "demo-practitioner", [child])
    text = browser.visible_text
    assert "given name: <b>Adelaide; before: Ada" in text
    assert "<b>" not in browser.page.text
    assert "to 1 February 2026" in text
    assert ("Viewed" in text, ", position" in text) == (False, False)
    assert "demo-practitioner" not in {each["user"] for each in world.denials()}


def test_the_moments_of_change_lead_from_one_to_the_other(client: TestClient, world: World, child: str) -> None:
    browser = opened(client, world, "demo-practitioner", child)
    seen = 0
    while found := re.search(r'name="as_of" value="([^"]+)">Change before', browser.page.text):
        browser.send("/pages/timeline", child=child, as_of=found[1], effective="2026-01-01")
        assert "on 1 January 2026" in browser.visible_text
        assert "This is not what the directory said then" in browser.visible_text
        seen += 1
    assert seen == 1
    assert "known at" not in browser.visible_text
    assert ("Adelaide" in browser.visible_text, "Change after" in browser.visible_text) == (False, True)


def test_an_auditor_reads_who_looked_between_the_changes(client: TestClient, world: World, child: str) -> None:
    opened(client, world, "demo-practitioner", child)
    world.view_looks()
    browser = opened(client, world, "demo-auditor", child)
    assert [look["action"] for look in world.looks()[-2:]] == ["history", "looks"]
    text = browser.visible_text
    assert "Viewed" in text
    assert "Looks of the last minutes may be missing" in text
    assert "by demo-practitioner, practitioner: read the history" in text
    assert ", position" in text


@pytest.mark.parametrize("number", ["", "nobody", NOBODY])
def test_of_a_child_who_is_none_there_is_no_history(client: TestClient, world: World, number: str) -> None:
    browser = opened(client, world, "demo-practitioner", number)
    assert (browser.page.status_code, "There is no entry to show" in browser.visible_text) == (404, True)


def test_of_a_shielded_child_nothing_is_told(client: TestClient, world: World) -> None:
    for user in ("demo-practitioner", "demo-auditor"):
        browser = opened(client, world, user, world.child_with(HIDDEN))
        assert "This child is shielded" in browser.visible_text
        assert "Cay" not in browser.page.text


def test_who_may_not_read_it_is_told_so_and_recorded(client: TestClient, world: World, child: str) -> None:
    looks = world.number_of_looks()
    browser = opened(client, world, "demo-administrator", child)
    assert (browser.page.status_code, "You may not do this" in browser.visible_text) == (403, True)
    assert ("demo-administrator", "history") in {(each["user"], each["action"]) for each in world.denials()}
    assert world.number_of_looks() == looks


def test_a_form_of_another_site_and_one_after_signing_out_do_nothing(
    client: TestClient, world: World, child: str
) -> None:
    browser = opened(client, world, "demo-practitioner", child)
    before, page = world.number_of_looks(), browser.page
    answer = browser.client.post("/pages/timeline", data={"csrf": "guessed", "child": child})
    assert (answer.status_code, "This was not done" in answer.text) == (403, True)
    assert browser.get("/pages/timeline").url.path == "/pages/search"
    browser.page = page
    browser.send("/pages/sign-out")
    browser.page = page
    assert browser.send("/pages/timeline", child=child).status_code == 401
    assert world.number_of_looks() == before
