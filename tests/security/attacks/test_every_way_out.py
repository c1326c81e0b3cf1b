"""Attacking texts in every field of every message, register and reason, and then every way out, one after the other."""

import csv
import json
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from domain.reports import REPORTS
from services.cli.catalogue import VERBS
from services.submission_contract.schemas.examples import SUBMISSIONS
from tests.security.attacks.payloads import ACCEPTED, FIELDS, HARM, MARKUP, filled, texts
from tests.security.attacks.run import Run
from tests.support.api_world import client_of, looking
from tests.support.shields import shield
from tests.support.world import World, person, submission

PAYLOADS = ("=cmd|' /C calc'!A0", "\u202e<script>alert(1)</script>", "'); drop schema views cascade; --")
NUMBERS = ("9990000018", "9990000026", "9990000034")
HOME = {"postcode": "ZX1 1AA", "authority": "E06999001", "status": "current"}
_ORDER = {"child.registered": 0, "involvement.started": 1, "flag.raised": 1}
"""What comes before the others; the removal of a record, which has no free text, would end all."""
WHO = ["--as", "demo-data-manager", "--reason", f"safeguarding: {PAYLOADS[1]}"]
AUDITOR, OFFICER = (["--as", f"demo-{name}", *WHO[2:]] for name in ("auditor", "subject-access-officer"))
NO_WAY_OUT = {
    "up": "prints an address",
    "down": "prints what it stopped",
    "demo": "prints its own county",
    "run": "a service; its log is watched elsewhere",
    "submit": "prints numbers",
    "token": "prints a token",
    "identity": "prints figures",
    "records": "prints a decision",
    "erase": "prints the certificate of a destruction: numbers of streams and positions",
    "hold": "prints a decision",
    "retention": "prints numbers of children, rules and days",
    "rebuild": "prints figures",
    "republish": "prints figures",
    "resync": "prints figures",
    "simulate": "prints figures of invented people",
    "bench": "prints figures",
    "completion": "prints the words of the command",
    "version": "prints a version",
    "reasons": "prints the list of reasons",
    "layouts": "prints files that come with the product",
    "export": "writes a file",
    "replay": "writes files",
    "could-have-seen": "prints an entry and looks, as show and looks do",
    "verify": "prints figures and digests",
    "checkpoint": "prints a signed note",
    "proof": "writes files",
}
"""Verbs that print nothing that anybody sent, and why."""


def submissions_with(payload: str, place: int) -> list[dict[str, Any]]:
    """Every type of submission about one child, with the payload in every free text of it."""
    subject = f"{place} {payload}"
    born = {"date_of_birth": f"{1998 + place}-03-0{place + 4}", "gender": "female", "nhs_number": NUMBERS[place]}
    submissions = []
    for kind in sorted(SUBMISSIONS.keys() - {"record.removed"}, key=lambda kind: (_ORDER.get(kind, 2), kind)):
        of_child = kind in ("child.registered", "child.amended")
        data = filled(kind, born if of_child else dict(SUBMISSIONS[kind]["data"]), payload)
        submissions.append(submission(kind, subject, data | {"address": data["address"] | HOME} if of_child else data))
    return submissions


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    for place, payload in enumerate(PAYLOADS):
        outcomes = empty_world.submit(*submissions_with(payload, place))
        assert outcomes[0] == "accepted"
        assert "invalid" not in outcomes, outcomes
        empty_world.submit(orjson.dumps(person(payload) | {payload: payload}), payload.encode())
    children = [empty_world.child_with(number) for number in NUMBERS]
    empty_world.suspect(children[0], children[1], 0.7)
    with client_of(empty_world) as client:
        officer, manager = (
            looking(empty_world, f"user:demo-{name}") for name in ("subject-access-officer", "data-manager")
        )
        for payload in PAYLOADS:
            ask = {"kind": "correction", "asked_by": "carer", "text": payload, "reason": f"safeguarding: {payload}"}
            assert client.post(f"/children/{children[0]}/corrections", headers=officer, json=ask).status_code == 201
        shield(empty_world, children[2])
        for payload in PAYLOADS:
            why = {"reason": f"safeguarding: {payload}"}
            used = client.post(f"/children/{children[2]}/override", headers=manager, json=why)
            assert used.status_code == 200
    empty_world.view_looks()
    return empty_world


@pytest.fixture
def registers(run: Run, tmp_path: Path) -> None:
    """Both registers, with the payloads in every text that takes them."""
    agencies = [
        {
            "code": f"la-{n}",
            "name": each,
            "kind": "local-authority",
            "contact": dict.fromkeys(("name", "role", "phone", "email"), each),
        }
        for n, each in enumerate(PAYLOADS)
    ]
    until = dict.fromkeys(("trained_until", "vetted_until", "signed_off_until"), "2030-12-31")
    users = [
        {"name": f"user-{n}", "role": "practitioner", "organisation": each, **until} for n, each in enumerate(PAYLOADS)
    ]
    for verb, entries in (("agencies", agencies), ("users", users)):
        file = tmp_path / f"{verb}.yaml"
        file.write_text(yaml.safe_dump(entries, allow_unicode=True))
        status, out = run(verb, "add", file)
        assert (status, HARM.findall(out)) == (0, []), out


def ways_out(world: World) -> list[tuple[object, ...]]:
    """Verbs that print something that was sent."""
    children = [world.child_with(number) for number in NUMBERS]
    return [
        *((verb, child, *WHO) for verb in ("show", "history") for child in children),
        *(("find", f"--given-name={each}", f"--family-name={each}", *WHO) for each in PAYLOADS),
        *(("report", name, "--on", "2008-11-01", *WHO) for name in REPORTS),
        ("access", "report", *AUDITOR),
        ("looks", children[0], *WHO),
        ("corrections", "list", *OFFICER),
        ("duplicates", "list", *WHO),
        ("shield", "review", "--on", "2030-01-01", *WHO),
        ("shield", "overrides", "list", *WHO),
        ("new-identity", "requested", *WHO),
        ("policy", "compare", "--on", "2008-11-01", "--list", "not_listed_now", *WHO),
        ("policy", "list"),
        ("receipts", *WHO),
        ("dead-letters", "list"),
        ("status",),
        ("users", "list"),
        ("agencies", "list"),
    ]


def test_every_verb_is_tried_or_says_why_not(world: World) -> None:
    tried = {str(verb[0]) for verb in ways_out(world)} | {"subject-access"}
    assert tried | NO_WAY_OUT.keys() == VERBS.keys()
    assert not tried & NO_WAY_OUT.keys()


def test_every_type_with_free_text_was_sent() -> None:
    assert {kind for kind, fields in FIELDS.items() if fields} <= SUBMISSIONS.keys()
    assert set(PAYLOADS[0:1]) <= set(ACCEPTED)


@pytest.mark.usefixtures("registers")
def test_nothing_acts_on_a_terminal_and_json_holds_what_was_sent(world: World, run: Run) -> None:
    held: set[str] = set()
    for verb in ways_out(world):
        status, out = run(*verb)
        assert (verb, HARM.findall(out)) == (verb, [])
        assert status in (0, 1, 3 if verb[0] == "status" else 0), (verb, out[:300])
        status, out = run(*verb, "--json")
        assert (verb, HARM.findall(out)) == (verb, [])
        if status == 0:
            held |= set(texts(json.loads(out)))
    assert set(PAYLOADS) <= held


@pytest.mark.parametrize("name", REPORTS)
def test_no_cell_of_a_report_begins_a_formula(run: Run, name: str) -> None:
    status, out = run("report", name, "--on", "2008-11-01", "--csv", *WHO)
    assert status == 0
    rows = csv.reader(StringIO(out.lstrip("\ufeff"), newline=""))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


class Scripts(HTMLParser):
    """What of a page would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] * (tag in ("script", "iframe", "object", "embed", "base", "form"))
        self.found += [name for name, _ in attrs if name.startswith("on")]


def test_pages_run_nothing(world: World, run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    pages = [("policy", "compare", "--on", "2008-11-01", "--html", page, *WHO)]
    for number in NUMBERS:
        for applicant in (("child",), ("other",)):
            child = world.child_with(number)
            pages.append(("subject-access", child, "--for", *applicant, "--html", "--out", page, *OFFICER))
    for place, payload in enumerate((*PAYLOADS, MARKUP)):
        rules = {"name": f"own-{place}", "version": 1, "title": payload, "says": payload, "listed": {"service": ["gp"]}}
        own = tmp_path / f"own-{place}.yaml"
        own.write_text(yaml.safe_dump(rules, allow_unicode=True))
        pages.append(("policy", "compare", "--policies", f"universal,{own}", "--html", page, *WHO))
    made = 0
    for asked in pages:
        page.unlink(missing_ok=True)
        _, out = run(*asked)
        assert (asked, HARM.findall(out)) == (asked, [])
        if page.exists():
            made += 1
            content = page.read_text(encoding="utf-8")
            assert (asked, Scripts(content).found, HARM.findall(content)) == (asked, [], [])
    assert made >= len(pages) - 1, "only a policy that turns the direction of text is refused"


def test_the_directory_is_whole(world: World) -> None:
    with client_of(world) as client:
        lines = client.get("/export", headers=looking(world)).text.splitlines()
    assert len(lines) == len(PAYLOADS)
