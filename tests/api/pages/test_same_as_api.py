"""A page shows a reader what the API shows that reader and nothing else, whoever it is and whatever is hidden."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from domain.days import day_at
from services.pages.entry import entry_shown
from services.pages.rendering import render
from services.pages.results import results_shown
from services.pages.search_box import FIELDS as ORDER
from services.registers import DEMO_USERS
from tests.api.pages.browser import Browser
from tests.support import clinic as at_the_clinic
from tests.support.api_world import NOBODY, Headers, client_of, looking
from tests.support.shields import AT_RISK, SCHOOL, secrets_in, shield
from tests.support.world import World, person, submission

USERS = tuple(each.user for each in DEMO_USERS)
NOT_CLEARED = ("demo-attendance-officer", "demo-volunteer", "demo-masked")
REASON = "safeguarding"
AT_RISK_HERE = AT_RISK | {"nhs_number": "9990000042"}
HIDDEN: tuple[dict[str, str], ...] = (
    {"nhs_number": "9990000042"},
    {"box": "ZX7 7QQ 17/5/2003"},
    {"postcode": "ZX7 7QQ", "family_name": "Orrell"},
    {"box": "Tamsin Lanthorn"},
)
"""What finds the child before it is shielded, and nobody afterwards."""
OF_THE_CLINIC: tuple[dict[str, str], ...] = (
    {"box": "Bea Secret"},
    {"nhs_number": at_the_clinic.BEA},
    {"box": "Secret ZX9 9ZZ"},
)


@pytest.fixture(scope="module")
def before(clinic: World) -> World:
    """A directory with what a clinic knows, in which nobody has heard of the child at risk."""
    return clinic


@pytest.fixture(scope="module")
def client(before: World) -> Any:
    with client_of(before) as made:
        yield made


@pytest.fixture(scope="module")
def browser(client: TestClient, before: World) -> Browser:
    return Browser(client, before).sign_in()


@pytest.fixture(scope="module")
def absent(browser: Browser) -> list[bytes]:
    """The pages that searches get while the child is absent, in one session."""
    return [browser.search(**fields).content for fields in HIDDEN]


@pytest.fixture(scope="module")
def world(before: World, browser: Browser, absent: list[bytes]) -> World:
    """The same directory with the child, found before it was shielded."""
    assert (
        before.submit(person("R1", **AT_RISK_HERE), submission("involvement.started", "R1", SCHOOL)) == ["accepted"] * 2
    )
    assert [browser.search(**fields).content == page for fields, page in zip(HIDDEN, absent, strict=True)] == [
        False
    ] * len(HIDDEN)
    shield(before, before.child_with("9990000042"))
    before.view_looks()
    return before


def test_what_finds_nobody_since_it_is_hidden_is_the_page_of_the_absent(
    world: World, browser: Browser, absent: list[bytes]
) -> None:
    assert [browser.search(**fields).content for fields in HIDDEN] == absent
    assert all(b"Nobody was found" in page for page in absent)
    assert all(page.count(b'name="csrf"') == absent[0].count(b'name="csrf"') for page in absent)


def test_a_shielded_child_is_found_by_its_name_with_whom_to_ring_and_nothing_else(
    world: World, browser: Browser
) -> None:
    browser.search("Tamsin Orrell")
    assert secrets_in(browser.page.text) == []
    browser.open(world.child_with("9990000042"))
    assert "This child is shielded" in browser.visible_text
    assert "Ring your own local authority" in browser.visible_text
    assert secrets_in(browser.page.text) == []


@pytest.mark.parametrize("user", NOT_CLEARED)
def test_who_is_not_cleared_finds_no_trace_of_a_clinic(client: TestClient, world: World, user: str) -> None:
    reader = Browser(client, world).sign_in(user)
    for fields in OF_THE_CLINIC:
        reader.search(**fields)
        assert "Nobody was found" in reader.visible_text
    ada = reader.open(world.child_with(at_the_clinic.ADA)).text
    assert "Restricted service" in ada
    assert "Duty desk" in ada
    for secret in at_the_clinic.SECRETS:
        assert secret.casefold() not in ada.casefold()
    bea, nobody = (reader.open(child).content for child in (world.child_with(at_the_clinic.BEA), str(uuid4())))
    assert bea == nobody


def as_page(browser: Browser, name: str, **shown: Any) -> str:
    """The part of a page that is made of an answer of the API."""
    main = render(f"practitioner/{name}.html.jinja", **shown)
    return between(main)


def between(page: str) -> str:
    return (
        page.partition("<main")[2].partition('<section aria-labelledby="recorded"')[0].partition("<h2>Search again")[0]
    )


@pytest.mark.parametrize("user", USERS)
def test_an_entry_is_what_the_api_answers(client: TestClient, world: World, user: str) -> None:
    reader = Browser(client, world).sign_in(user, REASON)
    who = looking(world, f"user:{user}")
    children = [world.child_with(each) for each in ("9990000042", at_the_clinic.ADA, at_the_clinic.BEA)]
    for child in (*children, NOBODY):
        answer = client.get(f"/children/{child}?why=true", headers=who)
        page = reader.open(child)
        assert page.status_code == answer.status_code
        if answer.status_code == 200:
            shown = entry_shown(answer.json(), day_at(world.clock()))
            assert between(page.text) == as_page(reader, "entry", **_shared(), entry=shown, criteria={}, now="")


def _shared() -> dict[str, Any]:
    none = {"box": "", "fields": {}, "wrong": {}, "left": (), "too_little": ""}
    return {"user": "x", "csrf": "", "stated": None, "status": 200, "is_fictional": True, **none}


CRITERIA = st.fixed_dictionaries(
    {},
    optional={
        "given_name": st.sampled_from(["Tamsin", "Ada", "Bea", "Cay"]),
        "family_name": st.sampled_from(["Orrell", "Quaternion", "Secret", "Lanthorn"]),
        "date_of_birth": st.sampled_from(["2003-05-17", "2001-02-03", "2001-02-04"]),
        "postcode": st.sampled_from(["ZX7 7QQ", "ZX1 1AA", "ZX9 9ZZ", "ZX1"]),
        "nhs_number": st.sampled_from(["9990000042", at_the_clinic.ADA, at_the_clinic.BEA]),
    },
)


@settings(max_examples=25)
@given(criteria=CRITERIA, user=st.sampled_from(USERS))
def test_a_search_finds_what_the_api_finds(
    client: TestClient, world: World, readers: dict[str, Browser], criteria: dict[str, str], user: str
) -> None:
    asked = {"criteria": criteria, "reason": REASON}
    answer = client.post("/children/search", headers=_headers(world, user), json=asked)
    reader = readers[user]
    parts = dict(zip(("year", "month", "day"), criteria.get("date_of_birth", "--").split("-"), strict=True))
    page = reader.search(**{name: value for name, value in criteria.items() if name != "date_of_birth"}, **parts)
    assert page.status_code == answer.status_code
    if answer.status_code == 200:
        in_order = {name: criteria[name] for name in ORDER if name in criteria}
        results = results_shown(answer.json(), in_order, day_at(world.clock()))
        shown = as_page(reader, "results", **_shared() | {"fields": FIELDS}, results=results, criteria=in_order)
        assert _without_secrets(between(page.text)) == _without_secrets(shown)


FIELDS = dict.fromkeys(("given_name", "family_name", "day", "month", "year", "postcode", "nhs_number", "upn"), "")


def _without_secrets(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if 'name="csrf"' not in line and 'type="hidden"' not in line)


def _headers(world: World, user: str) -> Headers:
    return looking(world, f"user:{user}")


@pytest.fixture(scope="module")
def readers(client: TestClient, world: World) -> dict[str, Browser]:
    """A browser of each user, with cookies of its own."""
    opened = {}
    for user in USERS:
        own = TestClient(client.app)
        opened[user] = Browser(own, world).sign_in(user, REASON)
    return opened
