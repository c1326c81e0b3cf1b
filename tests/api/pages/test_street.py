"""From sign-in to whom to ring: each step, and the look that is recorded at each."""

import pytest
from starlette.testclient import TestClient

from tests.api.pages.browser import Browser
from tests.support.world import World, person, submission

BORN = "2003-03-27"
PHONE = "01632 960222"


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """The directory with a second child, about whom agencies disagree."""
    doctor = {"name": "Dr Moor", "role": "GP", "phone": PHONE, "email": "moor@example.org"}
    teacher = {"name": "Mx Vale", "phone": "01632 960333"}
    started = {"involvement": "i9", "service": "gp", "organisation": {"name": "Tarn Surgery"}, "practitioner": doctor}
    school = {"involvement": "i2", "service": "education", "organisation": {"name": "Fell School"}}
    flag = {
        "flag": "common-assessment",
        "raised_on": "2008-10-01",
        "contact": {"name": "Duty", "phone": "01632 960111"},
    }
    number = {"nhs_number": "9990000026", "date_of_birth": BORN}
    outcomes = one_child.submit(
        person("A1", given_name="Wren", address={"lines": ["1 Fell Road"], "postcode": "ZX8 8ZZ"}, **number),
        person("A2", "gp", given_name="Wrenna", address={"lines": ["2 Tarn Lane"], "postcode": "ZX8 8ZY"}, **number),
        submission("involvement.started", "A2", started | {"started_on": "2008-01-01"}, "gp"),
        submission("involvement.started", "A1", school | {"practitioner": teacher, "lead_professional": True}),
        submission("flag.raised", "A1", flag),
    )
    assert outcomes == ["accepted"] * 5
    return one_child


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    return Browser(client, world)


def test_from_sign_in_to_whom_to_ring(browser: Browser, world: World) -> None:
    browser.sign_in(reason="safeguarding", text="she did not come home")
    browser.search("Wren Quaternion 27/3/2003")
    assert browser.page.status_code == 200
    (found,) = world.looks()[-1:]
    assert (found["action"], found["user"], found["reason_code"]) == ("find", "demo-practitioner", "safeguarding")
    child = found["children"][0]
    browser.open(child)
    assert browser.page.status_code == 200
    assert 'href="tel:01632960222"' in browser.page.text
    assert 0 < browser.seen.index("Mx Vale") < browser.seen.index("Dr Moor") < browser.seen.index("1 Fell Road")
    look = world.looks()[-1]
    assert (look["action"], look["children"], look["reason"]) == (
        "show",
        [child],
        "safeguarding: she did not come home",
    )
    assert "she did not come home" in browser.seen
