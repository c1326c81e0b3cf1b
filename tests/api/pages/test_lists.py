"""A data manager's other lists: shields, overrides, corrections, missing education, what was not taken, agencies."""

import re

import pytest
from starlette.testclient import TestClient

from domain.authorization import Action
from services.api.pages import due_shields, inbox
from services.submission_contract.schemas.reference import reason_codes
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import Deciding, is_guarded, published
from tests.support.api_world import NHS_NUMBER, NOBODY, bearer, client_of, looking, registrar_at_work
from tests.support.shields import AT_RISK, NUMBER, secrets_in
from tests.support.waiting import eventually
from tests.support.world import World, person

DECIDE = "/pages/shields/decide"
FORMS = {
    "/pages/shields": {},
    "/pages/shields/decide": {"decision": "lift", "child": NOBODY},
    "/pages/overrides": {},
    "/pages/overrides/close": {"number": NOBODY, "findings": "it was right"},
    "/pages/corrections": {},
    "/pages/corrections/answer": {"number": NOBODY, "outcome": "upheld", "answer": "it was wrong"},
    "/pages/inbox": {},
    "/pages/agencies": {},
    "/pages/trial": {},
    "/pages/trial/tried": {"kind": "ndjson", "file": "{}"},
    "/pages/agencies/decide": {"decision": "suspend", "agency": "gp"},
}


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """A known child, a shielded one, one of school age in no school, and submissions that were not taken."""
    assert one_child.submit(person("P1", **AT_RISK)) == ["accepted"]
    hide(one_child, one_child.child_with(NUMBER))
    late = person("X1", given_name="Wren", address={"postcode": "ZX8 8ZZ", "authority": "E06999001"})
    again = person("S1") | {"type": "child.amended", "subject": "no-such-record"}
    broken = person("X2", nhs_number="9990000019")
    assert one_child.submit(late, again, broken) == ["accepted", "refused", "invalid"]
    return one_child


def hide(world: World, child: str) -> None:
    """Shields a child by the API: what else goes to the registrar here has Kafka's own offsets."""
    user = looking(world)
    published(world, 10**9)
    with client_of(world) as client, registrar_at_work(world):
        client.post(f"/children/{child}/shield", headers=user, json={"reason": "safeguarding"})
        eventually(lambda: client.get(f"/children/{child}", headers=user).json()["shielded"])
    published(world, 0)


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    return Browser(client, world).sign_in("demo-data-manager", "data-quality")


@pytest.mark.parametrize("path", FORMS)
def test_each_page_is_for_who_may_see_it(client: TestClient, world: World, path: str) -> None:
    is_guarded(Browser(client, world), world, path, **FORMS[path])


def test_the_list_of_missing_education_is_for_who_may_see_it(client: TestClient, world: World) -> None:
    """Practitioners may, of their own authority, and so the page is theirs too."""
    browser = Browser(client, world).sign_in("demo-auditor", "audit")
    browser.send("/pages/missing-education")
    assert (browser.page.status_code, "You may not do this" in browser.visible_text) == (403, True)
    assert browser.client.post("/pages/missing-education").status_code == 403
    browser.send("/pages/sign-out")
    assert browser.client.post("/pages/missing-education").status_code == 401


@pytest.mark.parametrize("path", ["/pages/overrides", "/pages/corrections", "/pages/shields"])
def test_a_list_without_anything_says_so(browser: Browser, path: str) -> None:
    browser.send(path)
    assert browser.page.status_code == 200
    assert re.search("Nothing waits here|None is due", browser.visible_text)


def test_a_shield_is_kept_and_lifted_only_once_that_is_confirmed(
    browser: Browser, world: World, client: TestClient, deciding: Deciding
) -> None:
    child = world.child_with(NUMBER)
    browser.send("/pages/shields", tab="soon")
    assert child in browser.visible_text
    assert not secrets_in(browser.page.text)
    with deciding():
        browser.press("Keep it for six months")
        assert "The shield is kept" in browser.visible_text
        browser.send("/pages/shields", tab="soon")
        browser.press("Lift it")
        assert "Lift this shield?" in browser.visible_text
        assert re.search(f"Number {child} Shielded since .*20[0-9]{{2}} , to be reviewed by .*20", browser.visible_text)
        lift, grounds = browser.fields_of("Lift the shield"), "the county court, by its order of today"
        refusals = (
            ("", child[:8], "Say who asked for it, or which court"),
            ("x", child[:8], "Say who asked for it, or which court"),
            ("x" * 600, child[:8], "Say who asked for it, or which court"),
            (grounds, "", "This is not the beginning of this child’s number"),
            (grounds, NOBODY[:8], "This is not the beginning of this child’s number"),
        )
        for stated, typed, message in refusals:
            browser.send(DECIDE, **lift | {"grounds": stated, "typed": typed})
            assert (browser.page.status_code, message in browser.visible_text) == (422, True)
            assert child in browser.visible_text
        assert client.get(f"/children/{child}", headers=looking(world)).json()["shielded"]
        browser.send(DECIDE, **lift | {"grounds": grounds, "typed": child[:8].upper()})
        assert "The shield is lifted" in browser.visible_text
    (look,) = [each for each in world.looks() if each["action"] == Action.SHIELD_LIFT]
    assert (look["reason"], look["children"]) == (f"data-quality: {grounds}", [child])
    hide(world, child)


def test_a_shield_that_was_reviewed_meanwhile_is_not_lifted(browser: Browser, world: World) -> None:
    child = world.child_with(NUMBER)
    browser.send("/pages/shields", tab="soon")
    lift = browser.fields_of("Lift it") | {"grounds": "the county court", "typed": child[:8], "confirmed": "yes"}
    for stale in ({"child": NOBODY}, *({"review_by": day} for day in ("", "x", "2008-01-01", "2999-01-01"))):
        browser.send("/pages/shields", tab="soon")
        browser.send(DECIDE, **lift | stale)
        assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (404, True)


def test_shields_come_in_pages(browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_shields, "PAGE", 1)
    browser.send("/pages/shields", tab="soon")
    browser.press("Next page")
    assert "None is due" in browser.visible_text
    browser.press("To the first page")
    assert world.child_with(NUMBER) in browser.visible_text


@pytest.mark.parametrize("path", ["/pages/shields/decide", "/pages/overrides/close", "/pages/corrections/answer"])
def test_a_form_about_nothing_leads_to_its_list(browser: Browser, path: str) -> None:
    browser.send(path, decision="x", child="x", number="../users", findings="x")
    assert browser.page.status_code == 200


def test_who_is_not_there_is_said_so(browser: Browser) -> None:
    browser.send("/pages/shields/decide", decision="keep", child=NOBODY)
    assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (404, True)
    browser.send("/pages/overrides/close", number=NOBODY, findings="it was right")
    assert browser.page.status_code == 404
    browser.send("/pages/overrides/close", number=NOBODY, findings="x")
    assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (422, True)


def test_an_override_is_closed_by_somebody_else_with_what_was_found(
    browser: Browser, world: World, client: TestClient
) -> None:
    child = world.child_with(NUMBER)
    why = {"reason": "safeguarding: the child did not come home"}
    answer = client.post(f"/children/{child}/override", headers=looking(world, "user:demo-masked"), json=why)
    assert answer.status_code == 200
    world.view_looks()
    browser.send("/pages/overrides")
    text = browser.visible_text
    assert "demo-masked" in text
    assert "the child did not come home" in text
    (number,) = re.findall(r'name="number" value="([^"]+)"', browser.page.text)
    browser.send("/pages/overrides/close", number=number, findings="it was right: she was found")
    assert (browser.page.status_code, "The investigation is closed" in browser.visible_text) == (200, True)
    world.view_looks()
    browser.send("/pages/overrides")
    assert "Nothing waits here" in browser.visible_text


def test_a_correction_is_answered_once(browser: Browser, world: World, client: TestClient) -> None:
    body = {"kind": "correction", "asked_by": "carer", "text": "the name is <b>wrong</b>", "reason": "data-quality"}
    child = world.child_with(NHS_NUMBER)
    assert client.post(f"/children/{child}/corrections", headers=looking(world), json=body).status_code == 201
    world.view_looks()
    browser.send("/pages/corrections")
    assert "the name is <b>wrong</b>" in browser.visible_text
    (number,) = re.findall(r'name="number" value="([^"]+)"', browser.page.text)
    answered = {"number": number, "outcome": "refused", "answer": "it is right:\r\nso the register says"}
    browser.send("/pages/corrections/answer", **answered | {"outcome": ""})
    assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (422, True)
    browser.send("/pages/corrections/answer", **answered)
    assert (browser.page.status_code, "The request has its answer" in browser.visible_text) == (200, True)
    browser.send("/pages/corrections/answer", **answered)
    assert (browser.page.status_code, "this request has its answer" in browser.visible_text) == (409, True)


def test_missing_education_is_listed_by_authority_and_day(browser: Browser, world: World) -> None:
    day = {"day": "1", "month": "3", "year": "2012"}
    browser.send("/pages/missing-education", authority="E06999001", **day)
    assert browser.page.status_code == 200
    assert "On 1 March 2012, in E06999001" in browser.visible_text
    browser.press("Wren Quaternion")
    assert browser.page.url.path == "/pages/entry"
    browser.send("/pages/missing-education", authority="E06999002", **day)
    assert "Nobody is on this list" in browser.visible_text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"day": "31", "month": "2", "year": "2012"}, "Give a real day"),
        ({"day": "1"}, "Give a real day"),
        ({"day": "x", "month": "2", "year": "2012"}, "Give a real day"),
        ({"authority": "Nowhere at all"}, "Give the ONS code"),
    ],
)
def test_a_list_that_cannot_be_made_says_why(browser: Browser, fields: dict[str, str], message: str) -> None:
    browser.send("/pages/missing-education", **fields)
    assert browser.page.status_code == 422
    assert "There is a problem" in browser.visible_text
    assert message.lower() in browser.visible_text.lower()


def test_what_was_not_taken_says_what_to_do(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.send("/pages/inbox", agency="LA-NORTH")
    assert reason_codes()["unknown-record"].do in browser.visible_text
    browser.send("/pages/inbox", tab="invalid")
    text = browser.visible_text
    assert "data.nhs_number" in text
    assert reason_codes()["check-digit"].do in text
    browser.send("/pages/inbox", tab="letters")
    assert (browser.page.status_code, "Dead letters" in browser.visible_text) == (200, True)
    browser.send("/pages/inbox", agency="gp")
    assert "Nothing is here" in browser.visible_text
    monkeypatch.setattr(inbox, "PAGE", 1)
    browser.send("/pages/inbox", tab="invalid")
    browser.press("Next page")
    assert "Nothing is here" in browser.visible_text


def test_an_agency_that_is_not_registered_is_said_beside_its_field(browser: Browser) -> None:
    browser.send("/pages/inbox", agency="no-such")
    assert (browser.page.status_code, "give an agency of the register" in browser.visible_text.lower()) == (422, True)
    browser.send("/pages/agencies/decide", agency="No such!", decision="suspend")
    assert (browser.page.status_code, "There is a problem" in browser.visible_text) == (422, True)
    browser.send("/pages/agencies/decide", agency="no-such", decision="suspend", confirmed="yes")
    assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (404, True)


def test_an_agency_is_suspended_once_that_is_confirmed_and_resumed(
    browser: Browser, world: World, client: TestClient, deciding: Deciding
) -> None:
    browser.send("/pages/agencies")
    browser.send("/pages/agencies/decide", agency="gp", decision="set-aside")
    assert "All that it reported is left out" in browser.visible_text
    own = bearer(world, "agency:gp")
    assert client.get("/receipts", headers=own).status_code == 200
    with deciding():
        browser.press("Suspend it")
        assert (browser.page.status_code, "gp is suspended" in browser.visible_text) == (200, True)
        assert client.get("/receipts", headers=own).json()["code"] == "agency-suspended"
        browser.press("Undo: resume it")
        assert "Resume gp?" in browser.visible_text
        browser.press("Resume it")
        assert "Messages of gp are taken again" in browser.visible_text
    assert eventually(lambda: client.get("/receipts", headers=own).status_code == 200)
