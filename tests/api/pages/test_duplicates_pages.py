"""A data manager at the queue: the lists, a pair side by side, each decision and its undoing, and what is moot."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.pages import duplicates
from services.api.routes import steward_decisions as stewards
from services.pages.comparison import side_by_side, weighed
from streams.access.access_log import AccessLog
from streams.access.appender import AccessLogAway
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import Deciding, is_guarded
from tests.support.api_world import NOBODY, registrar_at_work
from tests.support.waiting import eventually
from tests.support.world import World, person

KIT, LIST, PAIR, DECIDE = "9990000093", "/pages/duplicates", "/pages/duplicates/pair", "/pages/duplicates/decide"


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    """Two suspected pairs, and a child whose records contradict each other."""
    names = ("Ada", "Bea", "Cora", "Dora", "Ella", "Fay", "Gwen", "Hope", "Iris")
    lives = {"address": {"lines": ["1 Fell Road"], "postcode": "ZX8 8ZZ"}}
    empty_world.submit(*(person(f"D-{name}", given_name=name, family_name=f"Of{name}", **lives) for name in names))
    kit = [person("K1", given_name="Kit", nhs_number=KIT), person("K2", "gp", given_name="Kit", nhs_number=KIT)]
    empty_world.submit(*kit)
    for one, other, score in (("bea", "ada", 0.6), ("dora", "cora", 0.8), ("fay", "ella", 0.4)):
        empty_world.suspect(empty_world.child_named(one), empty_world.child_named(other), score)
    empty_world.contradict(empty_world.child_with(KIT))
    return empty_world


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    return Browser(client, world).sign_in("demo-data-manager", "data-quality")


@pytest.mark.parametrize("path", [LIST, PAIR, "/pages/duplicates/decide", "/pages/duplicates/decided"])
def test_each_page_is_for_who_may_see_it(client: TestClient, world: World, path: str) -> None:
    two = {"left": world.child_named("ada"), "right": world.child_named("bea")}
    is_guarded(Browser(client, world), world, path, decision="merge", number=f"{NOBODY}.1", **two)


def test_the_list_leads_to_each_pair_side_by_side(browser: Browser, world: World) -> None:
    browser.send(LIST)
    assert browser.visible_text.index("Cora OfCora") < browser.visible_text.index("Bea OfBea")
    assert world.looks()[-1]["action"] == "duplicates"
    browser.press("Bea OfBea")
    text, ada, bea = browser.visible_text, world.child_named("ada"), world.child_named("bea")
    assert browser.page.status_code == 200
    assert ada in text
    assert bea in text
    assert "Name Differs" in text
    assert "Addresses The same" in text
    assert re.search(r"Ada OfAda\s+la-north", text)
    assert "They differ: Given name" in text
    assert [look["action"] for look in world.looks()[-3:]] == ["duplicates", "show", "show"]
    browser.press("Back: the pair before")
    assert world.child_named("cora") in browser.visible_text
    browser.press("Next: leave this one for later")
    assert ada in browser.visible_text
    title = re.search(r"<title>(.*?)</title>", browser.page.text)
    assert title
    assert title[1] == "A possible duplicate – ContactPoint"


def test_the_list_comes_in_pages(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "PAGE", 2)
    browser.send(LIST)
    assert "Ella" not in browser.visible_text
    browser.press("Next page")
    assert "Ella OfElla" in browser.visible_text
    assert "Cora" not in browser.visible_text
    assert "Next page" not in browser.visible_text
    browser.press("Ella OfElla")
    assert "Are these one child?" in browser.visible_text
    browser.press("Back to the list")
    assert "Ella OfElla" in browser.visible_text
    browser.press("To the first page")
    browser.press("Bea OfBea")
    browser.press("Next: leave this one, and show the next page")
    assert "Ella OfElla" in browser.visible_text


def test_a_list_without_anything_says_so(browser: Browser) -> None:
    browser.send(LIST, tab="withheld")
    assert "Nothing waits here." in browser.visible_text
    browser.send(LIST, tab="no-such")
    assert "Two children who may be one" in browser.visible_text
    browser.send(LIST, after="no place")
    assert browser.page.status_code == 422


def test_a_merge_is_done_and_undone(browser: Browser, world: World, deciding: Deciding) -> None:
    ella, fay = world.child_named("ella"), world.child_named("fay")
    browser.send(PAIR, left=ella, right=fay)
    before = {"left": ella, "right": fay}
    with deciding():
        browser.press("One child: merge")
        assert (browser.page.status_code, "They are one child now" in browser.visible_text) == (200, True)
        undo = browser.fields_of("Undo: part them again")
        browser.send(PAIR, **before)
        assert (browser.page.status_code, "does not wait any more" in browser.visible_text) == (404, True)
        browser.send(DECIDE, decision="merge", **before)
        assert (browser.page.status_code, "They are one child already" in browser.visible_text) == (409, True)
        browser.open(fay)
        assert browser.page.status_code == 200
        browser.send(DECIDE, **undo)
        assert "They are two children now" in browser.visible_text
        browser.press("Undo: merge them again")
        assert "They are one child now" in browser.visible_text
        browser.press("Undo: part them again")
        assert "They are two children now" in browser.visible_text
        browser.send(DECIDE, decision="split", child=ella)
        assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (409, True)


def test_an_undo_takes_back_no_merge_of_somebody_else(browser: Browser, world: World, deciding: Deciding) -> None:
    gwen, hope, iris = (world.child_named(name) for name in ("gwen", "hope", "iris"))
    with deciding():
        browser.send(DECIDE, decision="merge", left=gwen, right=hope)
        undo = browser.fields_of("Undo: part them again")
        browser.send(DECIDE, decision="merge", left=gwen, right=iris)
        of_the_latest = browser.fields_of("Undo: part them again")
        browser.send(DECIDE, **undo)
        assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (409, True)
        assert "The directory says: the latest merge into this child is another one" in browser.visible_text
        browser.open(iris)
        assert gwen in browser.visible_text
        browser.send(DECIDE, **of_the_latest)
        assert iris in browser.visible_text
        browser.send(DECIDE, **undo)
        assert ("They are two children now" in browser.visible_text, hope in browser.visible_text) == (True, True)


def test_who_is_kept_apart_leaves_the_queue_and_may_be_merged_after_all(
    browser: Browser, world: World, deciding: Deciding
) -> None:
    browser.send(PAIR, left=world.child_named("cora"), right=world.child_named("dora"))
    with deciding():
        browser.press("Two children: keep apart")
        assert "They stay two children" in browser.visible_text
        undo = browser.fields_of("Undo: they are one, merge them")
        browser.press("Back to the list")
        assert "Cora" not in browser.visible_text
        browser.send(DECIDE, **undo)
        assert "They are one child now" in browser.visible_text


def test_a_disputed_record_is_taken_out_and_put_back(browser: Browser, world: World, deciding: Deciding) -> None:
    browser.send(LIST, tab="contradictions")
    text = browser.visible_text
    assert "Disputed" in text
    assert world.child_with(KIT) in text
    with deciding():
        browser.press("Take out the record of gp, K2")
        assert "They are two children now" in browser.visible_text
        browser.press("Undo: merge them again")
        assert "They are one child now" in browser.visible_text


@pytest.mark.parametrize("decision", ["accept", "set-aside"])
def test_a_record_that_is_not_set_aside_is_none_to_decide_on(
    browser: Browser, world: World, deciding: Deciding, decision: str
) -> None:
    with deciding():
        browser.send(DECIDE, decision=decision, child=world.child_with(KIT), source="urn:agency:gp", subject="K2")
    assert (browser.page.status_code, "Nothing was done" in browser.visible_text) == (409, True)


def test_a_decision_that_does_not_show_yet_can_be_followed(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
    two = {"left": world.child_named("ada"), "right": world.child_named("bea")}
    with registrar_at_work(world):
        browser.send(DECIDE, decision="dismiss", **two)
        assert (browser.page.status_code, "It does not show yet" in browser.visible_text) == (202, True)
        followed = browser.fields_of("See what became of it")

        def shows() -> bool:
            browser.send("/pages/duplicates/decided", **followed)
            return "They stay two children" in browser.visible_text

        eventually(shows)
    browser.send("/pages/duplicates/decided", **followed | {"number": f"{NOBODY}.1"})
    assert (browser.page.status_code, "It does not show yet" in browser.visible_text) == (202, True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"decision": "merge"},
        {"decision": "merge", "left": NOBODY, "right": "x" * 900},
        {"decision": "merge", "left": NOBODY, "right": NOBODY},
        {"decision": "erase", "left": NOBODY, "right": NOBODY},
        {"decision": "accept", "child": NOBODY},
        {"decision": "split", "child": "../../users"},
        {"decision": "split", "child": NOBODY},
    ],
)
def test_what_is_no_decision_decides_nothing(browser: Browser, fields: dict[str, str]) -> None:
    for path in (DECIDE, "/pages/duplicates/decided"):
        browser.send(LIST)
        browser.send(path, **fields)
        assert browser.page.status_code == 404
        assert "does not wait any more" in browser.visible_text


def test_while_the_access_log_is_away_nothing_is_shown(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> str:
        raise AccessLogAway

    monkeypatch.setattr(AccessLog, "append", away)
    browser.send(LIST)
    assert (browser.page.status_code, "away for the moment" in browser.visible_text) == (503, True)
    assert "Bea" not in browser.visible_text


def side(given: str, **more: Any) -> dict[str, Any]:
    name = {"given_name": given, "family_name": "Quaternion"}
    empty = {
        "other_names": [],
        "date_of_birth": None,
        "gender": "unknown",
        "addresses": [],
        "carers": [],
        "records": [],
    }
    return {"name": name, "identifiers": {"nhs_number": [], "upn": []}, **empty, **more}


def test_how_two_compare_is_said_by_what_both_have() -> None:
    home, other = ({"lines": [line], "postcode": "ZX8 8ZZ", "source": "urn:agency:gp"} for line in ("1 Road", "2 Road"))
    left = side("Wren", date_of_birth="2003-03-27", addresses=[home, {**home, "source": "urn:agency:la"}])
    right = side("wren", gender="female", addresses=[home, other], carers=["A"])
    lines = {each.field: each for each in side_by_side(left, right, None, None)}
    assert {field: each.how for field, each in lines.items()} == {
        "name": "same", "date_of_birth": "one-side", "gender": "one-side", "addresses": "partly", "carers": "one-side",
    }  # fmt: skip
    assert [each.agencies for each in lines["addresses"].left] == [["urn:agency:gp", "urn:agency:la"]]
    assert side_by_side(side("Wren"), side("Bea"), None, None)[0].how == "differs"


def test_who_reports_a_value_stands_beside_it_and_so_does_doubt() -> None:
    def reported(given: str, source: str) -> dict[str, Any]:
        return {"value": {"given_name": given, "family_name": "Quaternion"}, "said_by": [{"source": source}]}

    why = {"name": {"believed": [reported("Wren", "a")], "disagreeing": [reported("Wrenna", "b")], "set_aside": []}}
    alias = [{"given_name": "Wrenna", "family_name": "Quaternion", "kind": "alias"}]
    (line,) = side_by_side(side("Wren", other_names=alias), side("Wren"), why, None)
    assert [(each.value["given_name"], each.agencies, each.is_doubted) for each in line.left] == [
        ("Wren", ["a"], False), ("Wrenna", ["b"], True),
    ]  # fmt: skip
    assert line.how == "partly"


def test_the_matchers_figures_are_parted_from_its_words() -> None:
    assert [tuple(each) for each in weighed({"upn": "differs", "gender": "same: +1.0 -0.1 +1.0"})] == [
        ("upn", "differs", []), ("gender", "same", ["+1.0", "-0.1", "+1.0"]),
    ]  # fmt: skip
