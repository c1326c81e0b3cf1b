"""Texts that attack whatever shows them: kept byte for byte, shown without effect, refused where they can only harm."""

import csv
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from starlette.testclient import TestClient

from services.lab.simulate.identifiers import nhs_number
from services.pages.subject_access import page
from tests.security.attacks.payloads import ACCEPTED, FIELDS, HARM, MARKUP, REFUSED, alone, filled, texts
from tests.security.attacks.run import Run
from tests.support.api_world import Headers, looking
from tests.support.world import World, person, submission

START = {"service": "education", "started_on": "2008-01-01"}
RAISED = {"flag": "common-assessment"}
WHO = ["--as", "demo-data-manager", "--reason", "safeguarding: {{7*7}} <script>"]

OFFICER = ["--as", "demo-subject-access-officer", *WHO[2:]]


def home(data: dict[str, Any]) -> dict[str, Any]:
    """A child who lives in the authority of the tests."""
    return data | {"address": data.get("address", {}) | {"authority": "E06999001", "status": "current"}}


def number(place: int) -> str:
    """The NHS number of the child of a payload."""
    return nhs_number(place + 1, 7)


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    for place, payload in enumerate(ACCEPTED):
        registered = filled(
            "child.registered", {"date_of_birth": f"{1996 + place}-{place + 1:02}-{2 * place + 3:02}"}, payload
        )
        subject = f"{place} {payload}"
        outcomes = empty_world.submit(
            submission("child.registered", subject, home(registered) | {"nhs_number": number(place)}),
            submission("involvement.started", subject, filled("involvement.started", START, payload)),
            submission("flag.raised", subject, filled("flag.raised", RAISED, payload)),
        )
        assert outcomes == ["accepted"] * 3, payload
    first, second = empty_world.child_with(number(1)), empty_world.child_with(number(6))
    empty_world.suspect(first, second, 0.7)
    return empty_world


def test_every_message_with_free_text_is_attacked() -> None:
    assert {kind for kind, fields in FIELDS.items() if fields} == {
        "child.registered",
        "child.amended",
        "involvement.started",
        "involvement.ended",
        "consent.withdrawn",
        "flag.raised",
    }
    assert len(FIELDS["child.registered"]) >= 10


@pytest.mark.parametrize("payload", REFUSED, ids=ascii)
def test_control_characters_are_refused_in_every_text(world: World, payload: str) -> None:
    good: dict[str, dict[str, Any]] = {
        "child.registered": person()["data"],
        "child.amended": person()["data"],
        "involvement.started": START | {"involvement": "i"},
        "involvement.ended": {"involvement": "i"},
        "consent.withdrawn": {"involvement": "i"},
        "flag.raised": RAISED,
    }
    attacks = [
        submission(kind, "R1", alone(good[kind], path, payload))
        for kind, fields in FIELDS.items()
        for path, _ in fields
    ]
    attacks += [person() | {name: payload} for name in ("id", "subject", "dataschema")]
    assert set(world.submit(*attacks)) == {"invalid"}


@pytest.mark.parametrize("place", range(len(ACCEPTED)))
def test_values_come_back_as_they_were_sent(world: World, run: Run, place: int) -> None:
    payload = ACCEPTED[place]
    status, out = run("show", world.child_with(number(place)), *WHO, "--json")
    assert status == 0
    entry = orjson.loads(out)
    assert entry["name"] == {"given_name": payload[:100], "family_name": payload[:100]}
    assert entry["addresses"][0]["lines"] == [payload]
    assert entry["addresses"][0]["postcode"] == payload[:20]
    assert entry["involvements"][0]["organisation"] == {"name": payload, "code": payload}
    assert entry["involvements"][0]["practitioner"]["phone"] == payload
    assert entry["flags"][0]["contact"]["email"] == payload


def test_nothing_that_a_terminal_shows_acts_on_it(world: World, run: Run) -> None:
    children = [world.child_with(number(place)) for place in range(len(ACCEPTED))]
    verbs: list[tuple[object, ...]] = [(verb, child) for verb in ("show", "history") for child in children]
    verbs += [("find", f"--nhs-number={number(place)}") for place in range(len(ACCEPTED))]
    verbs += [("find", f"--given-name={each}", f"--family-name={each}") for each in ACCEPTED]
    verbs += [("report", name, "--on", "2008-11-01") for name in ("missing-education", "no-gp", "possible-duplicates")]
    verbs += [("duplicates", "list"), ("access", "report"), ("receipts",), ("dead-letters", "list")]
    for verb in verbs:
        status, out = run(*verb, *(() if verb[0] == "dead-letters" else WHO))
        assert status in (0, 1, 2), verb
        assert HARM.findall(out) == [], verb
    status, out = run("show", children[5], *WHO)
    assert "\N{REPLACEMENT CHARACTER}moc.live" in out
    status, out = run("show", children[9], *WHO)
    assert "[red]x[/red]" in out


class Elements(HTMLParser):
    """The elements of a page, and attributes that run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs if name.startswith("on"))}


def test_a_subject_access_document_runs_nothing(world: World, run: Run, tmp_path: Path) -> None:
    for place, payload in enumerate(ACCEPTED):
        child, file = world.child_with(number(place)), tmp_path / "document"
        for more in ((), ("--html",)):
            status, out = run("subject-access", child, "--for", "child", "--out", file, *more, *OFFICER)
            assert (status, HARM.findall(out)) == (0, []), out
            content = file.read_text(encoding="utf-8")
            if more:
                elements = Elements()
                elements.feed(content)
                assert elements.found.isdisjoint({"script", "iframe", "img", "object", "base"})
                assert not {each for each in elements.found if each.startswith("on")}
                assert MARKUP not in content
                assert HARM.findall(content) == [], payload
            else:
                assert payload in set(texts(orjson.loads(content)))


@pytest.mark.parametrize("name", ["missing-education", "no-gp", "several-gps", "possible-duplicates"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(run: Run, name: str) -> None:
    status, out = run("report", name, "--on", "2008-11-01", "--csv", *WHO)
    assert status == 0
    rows = list(csv.reader(StringIO(out.lstrip("\ufeff"), newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    if name == "no-gp":
        assert {row[1] for row in rows} >= {"'=cmd|' /C calc'!A0", "'@SUM(1)", "'+1", "'-1"}


def test_no_header_of_an_answer_holds_what_was_sent(world: World, client: TestClient, user: Headers) -> None:
    child = world.child_with(number(0))
    for payload in (*ACCEPTED, *REFUSED):
        coded = quote(payload, safe="")
        criteria = {"given_name": payload[:100], "family_name": payload[:100], "postcode": payload[:20]}
        reason = {**user, "Access-Reason": quote(f"safeguarding: {payload}")}
        answers = [
            client.post("/children/search", headers=user, json={"criteria": criteria, "reason": payload}),
            client.post("/children/search", headers=user, json={"criteria": criteria, "reason": "safeguarding"}),
            client.get(f"/children/{child}", headers=reason),
            *(
                client.get(f"{path}?after={coded}", headers=user)
                for path in ("/export", "/receipts", "/duplicates", "/dead-letters", "/reports/no-gp")
            ),
            client.get(f"/children/{coded}", headers=user),
            client.get(f"/dead-letters/{coded}", headers=user),
            client.get(f"/policies/compare?policies={coded}", headers=user),
            client.get(f"/reports/{coded}", headers=user),
            client.get(f"/access/report?user={coded}", headers=user),
            client.get(f"/receipts?submission={coded}&source={coded}", headers=user),
            client.get("/users", headers={"Authorization": b"Bearer " + payload.encode().replace(b"\r\n", b"")}),
            client.post("/users/revoke", headers=user, json={"users": [payload], "reason": payload}),
            client.get(f"/receipts?limit=1&submission={coded}", headers=user),
        ]
        for answer in answers:
            assert answer.status_code < 500, (payload, answer.request.url.path)
            head = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
            assert payload not in head or len(payload) < 3
            assert "set-cookie" not in head.lower()
            assert answer.headers["x-content-type-options"] == "nosniff"
            if answer.status_code >= 400 and len(payload) > 2:
                assert payload not in answer.text


def test_every_view_and_every_child_is_still_there(world: World, client: TestClient, user: Headers) -> None:
    with world.database.transaction() as cursor:
        cursor.execute("select count(*) from information_schema.tables where table_schema like 'views%'")
        ((tables,),) = cursor.fetchall()
    assert tables > 5
    assert len(client.get("/export", headers=user).text.splitlines()) == len(ACCEPTED)


def test_the_page_of_a_document_says_what_it_holds(client: TestClient, world: World) -> None:
    user = looking(world, "user:demo-subject-access-officer")
    child = world.child_with(number(6))
    asked = client.get(f"/children/{child}/subject-access", params={"for": "child"}, headers=user)
    assert asked.status_code == 200
    assert "&lt;script&gt;" in page(asked.json())
