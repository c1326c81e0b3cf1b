"""The auditor's pages: what each shows, who may see it, and that each look of an auditor is itself recorded."""

import re
import subprocess
import sys
from contextlib import closing
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from domain.authorization import Action
from domain.monitoring.unexplained_access import FOLLOWED_WITHIN
from domain.transparency.appending import GrowingTree
from services.auth.pages_keys import opening_code
from services.pages.access_report import PARTS, finding_shown, report_shown
from streams.access import grants
from streams.access.access_log import AccessLog
from streams.access.appender import AccessLogAway
from streams.crypto.note_key import CheckpointKey
from streams.publishing.publication import Publication
from tests.api.pages.browser import Browser
from tests.support.api_world import NHS_NUMBER, NOBODY, client_of, looking
from tests.support.entitlements import entitlement
from tests.support.shields import AT_RISK, shield
from tests.support.world import World, person

SIGNS = CheckpointKey(bytes(range(32)), "register.example.gov.uk")
SIZE = 40
NAMESAKE, HOSTILE = "teacher", "<script>alert(1)</script>"


class Form(NamedTuple):
    """A page that a form asks for, with fields that it takes, and the action of the API that it is."""

    path: str
    fields: dict[str, str]
    action: str


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """The directory with a teacher who bears the child's name."""
    users = [
        entitlement(user=NAMESAKE, organisation="moss-lane", display_name="Kim Quaternion"),
    ]
    grants.add_users(one_child.database_url, one_child.key, users)
    return one_child


@pytest.fixture(scope="module")
def child(world: World) -> str:
    return world.child_with(NHS_NUMBER)


@pytest.fixture(scope="module", autouse=True)
def looked(world: World, child: str) -> None:
    """The teacher has opened the entry, and was denied who looked."""
    teacher = looking(world, f"user:{NAMESAKE}") | {"Access-Reason": f"other: {quote(HOSTILE)}"}
    with client_of(world) as own:  # which records how often something was denied when it is closed
        assert own.get(f"/children/{child}", headers=teacher).status_code == 200
        for _ in range(12):
            assert own.get(f"/children/{child}/looks", headers=teacher).status_code == 403
    world.view_looks()


@pytest.fixture(scope="module")
def tree(world: World) -> None:
    """The access log is signed."""
    tree = GrowingTree("access")
    for position in range(1, SIZE + 1):
        tree.append(sha256(str(position).encode()).digest())
    with closing(Publication(world.database_url)) as publication:
        note = SIGNS.sign("access", SIZE, tree.root())
        publication.keep_checkpoint("access", None, SIZE, note, tree.unstored())


@pytest.fixture
def auditor(client: TestClient, world: World) -> Browser:
    return Browser(client, world).sign_in("demo-auditor", "audit")


def forms(child: str) -> list[Form]:
    return [
        Form("/pages/audit/report", {}, "access-report"),
        Form("/pages/audit/finding", {"part": "same_name", "user": NAMESAKE}, "access-report"),
        Form("/pages/audit/looks-at", {"child": child}, "looks"),
        Form("/pages/audit/looks-by", {"by": NAMESAKE}, "access-report"),
        Form("/pages/audit/seen", {"user_meant": NAMESAKE, "child": child, "on": "2100-01-01"}, "looks"),
    ]


def denied_users(world: World) -> set[str]:
    """Who was denied something; more of the same is recorded up to a minute later, whatever happens meanwhile."""
    return {each["user"] for each in world.denials()}


def last_look(world: World) -> dict[str, Any]:
    return world.looks()[-1]


def test_an_auditor_begins_at_what_needs_attention(auditor: Browser, world: World) -> None:
    before = world.number_of_looks()
    assert auditor.page.url.path == "/pages/audit"
    assert auditor.get("/").url.path == "/pages/audit"
    assert "What needs attention" in auditor.visible_text
    assert world.number_of_looks() == before


def test_the_report_leads_to_a_finding_and_to_the_looks_it_is_about(auditor: Browser, world: World, child: str) -> None:
    auditor.send("/pages/audit/report")
    assert auditor.page.status_code == 200
    assert (last_look(world)["action"], last_look(world)["user"]) == ("access-report", "demo-auditor")
    assert "Children of the user’s own family name" in auditor.visible_text
    assert auditor.visible_text.index("1 user Children of the user’s own family name") > 0
    assert "above the bound" in auditor.visible_text
    assert "<svg" in auditor.page.text
    assert "Quaternion" not in auditor.page.text
    fields = {"part": "same_name", "user": NAMESAKE, **_period(auditor.page.text)}
    auditor.send("/pages/audit/finding", **fields)
    assert f"User: {NAMESAKE} , moss-lane" in auditor.visible_text
    assert (child in auditor.visible_text, "opened the entry" in auditor.visible_text) == (True, True)
    auditor.send("/pages/audit/finding", **fields | {"part": "denied"})
    assert re.search("12, at most 1[12] on a day", auditor.visible_text)  # the day may have turned after the first
    assert "not for this role: 12" in auditor.visible_text


def test_a_volume_is_judged_beside_those_of_others(auditor: Browser, world: World) -> None:
    auditor.send("/pages/audit/finding", part="unusual_volume", user=NAMESAKE, authority="E06999001")
    assert auditor.page.status_code == 200
    report, looks = (look["asked"] for look in world.looks()[-2:])
    assert ("user" in report, report["authority"], looks["user"]) == (False, "E06999001", NAMESAKE)


def test_each_part_of_a_report_leads_to_the_looks_it_is_about() -> None:
    day = {"children": ["c1"], "days": ["2026-11-02"], "look_ups": 1, "organisation": "o"}
    users: Any = {
        **{name: [{"user": "u", **day}] for name in ("same_name", "same_address")},
        **{name: {"users": [{"user": "u", **day}]} for name in ("unfollowed", "out_of_hours")},
        "overrides": [{"user": "u", "overrides": 1, "looks": 9}],
        "denied": {"users": [{"user": "u", "attempts": 3, "above": False}]},
        "unusual_volume": {"users": [{"user": "u", "children": 30, "bound": 9.5}]},
        "suspicions": [],
    }
    users["out_of_hours"]["users"][0] |= {"out_of_hours": 1, "looks": 3}
    made = [("show", "02T12"), ("find", "02T12"), ("show", "03T12"), ("override", "02T23"), ("looks", "02T12")]
    looks = [{"when": f"2026-11-{at}:00:00.000000Z", "action": did, "children": ["c1"]} for did, at in made]
    found = {part: finding_shown(users, part, "u", looks) for part in PARTS}
    concerned = {part: [looks.index(look) for look in each.looks] for part, each in found.items() if each}
    assert concerned == {
        "same_name": [0],
        "same_address": [0],
        "unfollowed": [0],
        "overrides": [3],
        "unusual_volume": [0, 1, 2],
        "denied": [],
        "out_of_hours": [3],
    }
    assert finding_shown(users, "overrides", "somebody", looks) is None
    report = report_shown(users)
    assert (report.stands_out, [part.stands_out for part in report.parts if part.name == "denied"]) == (5, [0])
    assert all((report.hours, report.volume, report.denied))


def _period(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(from|to)" value="(\d{4}-\d\d-\d\d)"', page))


def test_a_time_in_which_nothing_happened_says_so(auditor: Browser) -> None:
    then = {"from": "2008-01-01", "to": "2008-01-02"}
    auditor.send("/pages/audit/report", **then)
    nothing = "Nothing that can be judged yet stands out in this time; 0 look-ups are too new to judge"
    assert nothing in auditor.visible_text
    auditor.send("/pages/audit/report", user=NAMESAKE.upper())
    assert "No user of just this name has looked in this time. Check the spelling" in auditor.visible_text
    auditor.send("/pages/audit/looks-by", by=NAMESAKE, **then)
    assert "looked at nobody in this time" in auditor.visible_text
    auditor.send("/pages/audit/finding", part="same_name", user=NAMESAKE, **then)
    assert "There is no such finding" in auditor.visible_text


def test_the_looks_at_a_child_say_who_when_why_and_what_was_shown(auditor: Browser, world: World, child: str) -> None:
    auditor.send("/pages/audit/looks-at", child=child.upper())
    assert (last_look(world)["action"], last_look(world)["asked"]) == ("looks", {"child": child})
    text = auditor.visible_text
    assert 0 < text.index(NAMESAKE) < text.index("opened the entry") < text.index(f"other: {HOSTILE}")
    assert "what was known at position" in text
    assert "<script" not in auditor.page.text
    auditor.send("/pages/audit/looks-at", child=NOBODY)
    assert "Nobody looked at a child with this number" in auditor.visible_text


def test_the_looks_of_a_user_name_children_by_their_numbers(auditor: Browser, world: World, child: str) -> None:
    auditor.send("/pages/audit/looks-by", by=NAMESAKE)
    assert last_look(world)["children"] == [child]
    assert child in auditor.visible_text
    position = re.search(r'name="position" value="(\d+)"', auditor.page.text)
    assert position


def test_what_a_user_was_shown_and_how_to_find_what_could_have_been(auditor: Browser, world: World, child: str) -> None:
    auditor.send("/pages/audit/seen", user_meant=NAMESAKE, child=child, on="2100-01-01")
    assert "Shown was what was known at position" in auditor.visible_text
    command = f"contactpoint could-have-seen {NAMESAKE} {child} --on 2100-01-01T23:59:59.999999Z --as demo-auditor"
    assert command in auditor.visible_text
    auditor.send("/pages/audit/seen", user_meant=NAMESAKE, child=child, on="2008-01-01")
    assert "No user of just this name has looked at this child up to then" in auditor.visible_text
    auditor.send("/pages/audit/seen", user_meant="a'; rm -rf", child=child, on="2008-01-01")
    assert "could-have-seen 'a'\"'\"'; rm -rf' " in auditor.visible_text


def test_the_first_report_is_of_days_that_can_be_judged(auditor: Browser) -> None:
    auditor.press("Show the last")
    first, last = (date.fromisoformat(_period(auditor.page.text)[name]) for name in ("from", "to"))
    assert (last - first).days >= 2 * FOLLOWED_WITHIN.days


def test_a_page_says_that_the_latest_looks_may_be_missing(auditor: Browser, child: str) -> None:
    for form in forms(child):
        auditor.get("/pages/audit")
        auditor.send(form.path, **form.fields)
        assert "Looks of the last minutes may be missing" in auditor.visible_text, form


def test_a_finding_says_where_the_looks_that_it_is_about_were_cut(
    auditor: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = {"part": "same_name", "user": NAMESAKE, "from": "2026-01-01"}
    auditor.send("/pages/audit/finding", **finding)
    report, looks = (look["asked"] for look in world.looks()[-2:])
    assert (report["from"], looks["from"]) == ("2026-01-01", looks["to"])  # the finding's own day
    assert "There may be more" not in auditor.visible_text
    monkeypatch.setattr("services.api.pages.auditor._MOST_LOOKS", 1)
    auditor.send("/pages/audit/finding", **finding)
    assert "There may be more. Only the latest 1 look of this user on these days was read" in auditor.visible_text
    with client_of(world) as own:
        teacher = looking(world, f"user:{NAMESAKE}")
        nobody = {"criteria": {"nhs_number": NHS_NUMBER[::-1]}, "reason": "an enquiry"}
        assert own.post("/children/search", headers=teacher, json=nobody).status_code == 200
    world.view_looks()
    auditor.send("/pages/audit/finding", **finding)
    assert "None of 1 look that was read is one that may be listed" in auditor.visible_text
    assert "There may be more. Only the latest 1 look of this user on these days was read" in auditor.visible_text


def test_a_finding_about_overrides_has_every_investigation_or_says_where_it_was_cut(
    auditor: Browser, world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.submit(person("S9", **AT_RISK)) == ["accepted"]
    shielded = world.child_with(AT_RISK["nhs_number"])
    shield(world, shielded)
    for which in ("the first", "the second"):
        why = {"reason": f"safeguarding: {which} enquiry"}
        answer = client.post(f"/children/{shielded}/override", headers=looking(world, "user:demo-masked"), json=why)
        assert answer.status_code == 200
    world.view_looks()
    finding = {"part": "overrides", "user": "demo-masked"}
    monkeypatch.setattr("services.api.pages.auditor._NOTES_AT_ONCE", 1)
    auditor.send("/pages/audit/finding", **finding)
    text = auditor.visible_text
    assert ("the second enquiry" in text, "oldest investigation" in text) == (True, False)
    monkeypatch.setattr("services.api.pages.auditor._MOST_NOTES", 1)
    auditor.send("/pages/audit/finding", **finding)
    text = auditor.visible_text
    assert ("the first enquiry" in text, "the second enquiry" in text) == (True, False)
    assert "Only the 1 oldest investigation was read, up to" in text


@pytest.mark.usefixtures("tree")
def test_a_proof_is_two_files_that_the_auditors_program_accepts(auditor: Browser, world: World, tmp_path: Path) -> None:
    auditor.get("/pages/audit")
    assert f"{SIZE} events, signed by register.example.gov.uk/access" in auditor.visible_text
    before = world.number_of_looks()
    page = auditor.send("/pages/audit/proof", position="7")
    assert page.status_code == 200, auditor.visible_text
    assert 'python verify.py "$KEY" proof access-7' in auditor.visible_text
    assert "the event at this position (a look, a denial or a grant)" in auditor.visible_text
    assert "compare it with one that was kept elsewhere" in auditor.visible_text
    assert "nobody added" not in auditor.visible_text
    for part in ("leaf", "proof"):
        auditor.page = page
        answer = auditor.send("/pages/audit/proof", position="7", part=part)
        name = re.fullmatch(r'attachment; filename="(.*)"', answer.headers["content-disposition"])
        assert name
        (tmp_path / name[1]).write_bytes(answer.content)
    assert world.number_of_looks() == before
    program = files("services.proofs").joinpath("verify.py")
    command = [sys.executable, str(program), str(SIGNS.verifier("access")), "proof", str(tmp_path / "access-7")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("position", [str(SIZE + 1), "0", "-1", "x", "", "9" * 40, "７"])
def test_what_has_no_proof_says_so(auditor: Browser, position: str) -> None:
    auditor.send("/pages/audit/proof", position=position)
    assert auditor.page.status_code in (404, 422)
    assert "There is a problem" in auditor.visible_text


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("report", {"from": "yesterday"}, "From, to: give days"),
        ("report", {"authority": "nowhere"}, "There is a problem"),
        ("looks-by", {"by": ""}, "Say whose looks you mean"),
        ("looks-by", {"by": "nobody-at-all"}, "There is no such user"),
        ("looks-by", {"by": NAMESAKE, "to": "31.2.2026"}, "From, to: give days"),
        ("looks-at", {"child": "Wren"}, "This is no child’s number"),
        ("seen", {"user_meant": "", "child": NOBODY, "on": "2008-01-01"}, "Say whose looks you mean"),
        ("seen", {"user_meant": NAMESAKE, "child": "x", "on": "2008-01-01"}, "This is no child’s number"),
        ("seen", {"user_meant": NAMESAKE, "child": NOBODY, "on": "then"}, "Give a day like"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_and_kept(
    auditor: Browser, path: str, fields: dict[str, str], message: str
) -> None:
    auditor.send(f"/pages/audit/{path}", **fields)
    assert auditor.page.status_code in (404, 422)
    assert message in auditor.visible_text
    assert "<title>Error: Auditing" in auditor.page.text
    anchor = re.search(r'<li><a href="#([^"]+)">', auditor.page.text)
    assert anchor
    assert f'id="{anchor[1]}"' in auditor.page.text
    for value in filter(None, fields.values()):
        assert f'value="{value}"' in auditor.page.text


@pytest.mark.parametrize("user", ["demo-practitioner", "demo-data-manager", "demo-subject-access-officer"])
def test_who_is_no_auditor_is_told_so_and_the_attempt_is_recorded(
    client: TestClient, world: World, child: str, user: str
) -> None:
    reader = Browser(client, world).sign_in(user, "audit")
    reader.get("/pages/audit")
    assert (reader.page.status_code, "You may not do this" in reader.visible_text) == (403, True)
    assert NAMESAKE not in reader.page.text
    reader.get("/pages/reason")
    reader.send("/pages/audit/proof", position="1")
    assert reader.page.status_code == 403
    for form in forms(child):
        if form.action == "looks" and user != "demo-practitioner":
            continue
        reader.get("/pages/reason")
        looks = world.number_of_looks()
        reader.send(form.path, **form.fields)
        assert (reader.page.status_code, NAMESAKE in reader.page.text) == (403, False), form
        assert world.number_of_looks() == looks
    assert user in denied_users(world)


@pytest.mark.parametrize("path", ["/pages/audit", "/pages/operation", "/pages/operation/messages"])
def test_an_address_that_a_link_opens_makes_no_denial(client: TestClient, world: World, path: str) -> None:
    """Any site can have such a link, and a report of denials would then be about whoever followed it."""
    reader = Browser(client, world).sign_in("demo-volunteer", "audit")
    looks = world.number_of_looks()
    reader.get(path)
    assert (reader.page.status_code, "You may not do this" in reader.visible_text) == (403, True)
    assert "nothing is recorded of it" in reader.visible_text
    assert (world.number_of_looks(), "demo-volunteer" in denied_users(world)) == (looks, False)


def test_only_operators_are_led_to_how_it_runs(client: TestClient, world: World) -> None:
    for user, is_led in (("demo-practitioner", False), ("demo-auditor", False), ("demo-operator", True)):
        reader = Browser(client, world)
        reader.send("/pages/sign-in", code=opening_code(world.settings.keys), user=user)
        assert ("/pages/operation" in reader.page.text) is is_led
        reader.send("/pages/reason", reason="")
        assert (reader.page.status_code, "/pages/operation" in reader.page.text) == (422, is_led)


def test_an_administrator_gets_what_is_of_the_own_authority(client: TestClient, world: World, child: str) -> None:
    reader = Browser(client, world).sign_in("demo-administrator", "audit")
    assert reader.get("/pages/audit").status_code == 200
    assert "demo-administrator" not in denied_users(world)
    assert "The proof of a look" not in reader.visible_text
    assert reader.send("/pages/audit/report").status_code == 200
    reader.get("/pages/audit")
    assert reader.send("/pages/audit/looks-by", by="nobody-at-all").status_code == 404
    reader.get("/pages/audit")
    assert reader.send("/pages/audit/looks-at", child=child).status_code == 403


def test_nothing_is_audited_without_a_reason(client: TestClient, world: World, child: str) -> None:
    reader = Browser(client, world)
    reader.send("/pages/sign-in", code=opening_code(world.settings.keys), user="demo-auditor")
    assert reader.page.url.path == "/pages/reason"
    before = world.number_of_looks()
    for form in forms(child):
        reader.send(form.path, **form.fields)
        assert (reader.page.status_code, "Choose why you look" in reader.visible_text) == (422, True), form
    assert world.number_of_looks() == before


def test_a_form_of_another_site_and_one_after_signing_out_do_nothing(
    auditor: Browser, world: World, child: str
) -> None:
    before = world.number_of_looks()
    posted = [*forms(child), Form("/pages/audit/proof", {"position": "1"}, "proofs")]
    for form in posted:
        answer = auditor.client.post(form.path, data=form.fields | {"csrf": "guessed"})
        assert (answer.status_code, "This was not done" in answer.text) == (403, True)
        assert auditor.client.get(form.path).url.path == "/pages/audit"
    auditor.get("/pages/audit")
    page = auditor.page
    auditor.send("/pages/sign-out")
    for form in posted:
        auditor.page = page
        assert auditor.send(form.path, **form.fields).status_code == 401
        assert auditor.get(form.path).status_code == 401
    assert auditor.get("/pages/audit").status_code == 401
    assert world.number_of_looks() == before


def test_while_the_access_log_is_away_nothing_is_shown(
    auditor: Browser, child: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> str:
        raise AccessLogAway

    monkeypatch.setattr(AccessLog, "append", away)
    for form in forms(child):
        auditor.get("/pages/audit")
        answer = auditor.send(form.path, **form.fields)
        assert (answer.status_code, NAMESAKE in answer.text) == (503, False), form


def test_titles_and_addresses_have_nobody_in_them(auditor: Browser, child: str) -> None:
    for form in forms(child):
        auditor.get("/pages/audit")
        page = auditor.send(form.path, **form.fields)
        title = re.search(r"<title>(.*?)</title>", page.text)
        assert title
        assert not [each for each in (NAMESAKE, child) if each in title[1] + str(page.url)]
        assert not re.findall(r"<script|<style| style=| on\w+=", page.text)
        assert set(re.findall(r'(?:src|href|action)="([^"#/][^"]*)"', page.text)) <= {"data:,"}
        assert (page.headers["cache-control"], page.status_code) == ("no-store", 200)


def test_the_rights_are_those_that_decide_and_are_for_everybody(client: TestClient, world: World) -> None:
    reader = Browser(client, world).sign_in("demo-volunteer")
    before = world.number_of_looks()
    reader.get("/pages/rights")
    assert reader.page.status_code == 200
    assert "Practitioner you" in reader.visible_text
    assert "Destroy what is held of a child" in reader.visible_text
    codes = [action.value for action in Action if "-" in action.value or "." in action.value]
    assert not [code for code in codes if code in reader.visible_text]
    assert world.number_of_looks() == before
    assert "demo-volunteer" not in denied_users(world)
