"""A data manager tries a file: what would become of each row, what is wrong with it, and that nothing is sent."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from services.api.limits.middleware import LARGEST_FILE
from services.api.pages.forms import UPLOAD, read_form
from services.api.pages.trial import MOST_ROWS
from services.submission_contract.schemas.reference import reason_codes
from tests.api.pages.browser import Browser
from tests.support.api_world import NHS_NUMBER
from tests.support.world import World, person

HEADER = "type,id,source,subject,time,given_name,family_name,date_of_birth"
ROW = "child.registered,c1,urn:agency:gp,N1,2008-10-23T13:23:00Z,Nobody,Likehim,2001-01-01"


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    return Browser(client, world).sign_in("demo-data-manager", "data-quality")


def upload(browser: Browser, content: bytes | str, kind: str = "ndjson") -> Any:
    """Sends the form with a file."""
    browser.send("/pages/trial")
    secret = browser.page.text.partition('name="csrf" value="')[2].partition('"')[0]
    data = {"csrf": secret, "kind": kind}
    browser.page = browser.client.post("/pages/trial/tried", data=data, files={"file": ("rows.ndjson", content)})
    return browser.page


def test_each_row_says_what_would_become_of_it_and_nothing_is_sent(browser: Browser, world: World) -> None:
    joins = person("T1", "gp", nhs_number=NHS_NUMBER)
    wrong = person("T2", nhs_number="9990000019")
    nobody = person("T3", given_name="Nobody", family_name="Likehim")
    rows = [json.dumps(joins), "", json.dumps(wrong), "no JSON", "[1]", json.dumps(nobody)]
    looks, children = world.number_of_looks(), world.children()
    upload(browser, "\n".join(rows))
    text = browser.visible_text
    assert browser.page.status_code == 200
    assert "5 rows: 2 would be taken, 3 against the contract" in text
    assert "It would join a child." in text
    assert world.child_with(NHS_NUMBER) in text
    assert "Row 3" in text
    assert reason_codes()["check-digit"].do in text
    assert "Row 2" not in text
    assert "nobody is like it" in text
    assert "Likehim" not in text
    assert world.number_of_looks() == looks + 2
    assert world.children() == children
    assert browser.page.url.path == "/pages/trial/tried"
    assert not browser.page.url.query
    browser.press("Open the entry")
    assert browser.page.status_code == 200


def test_a_table_is_read_by_the_contracts_columns(browser: Browser) -> None:
    upload(browser, f"\ufeff{HEADER}\r\n{ROW}\r\n", "csv")
    assert "1 row: 1 would be taken" in browser.visible_text
    for table, message in (
        (f"{HEADER},shoe_size\n{ROW},7", "column 9 (shoe_size) is no field of the contract"),
        (f"{HEADER}\n{ROW},7", "has 9 cells for 8 columns"),
        (f'{HEADER}\n"{ROW}', "look for a quote that is not closed"),
        ("", "has no column type"),
    ):
        upload(browser, table, "csv")
        assert browser.page.status_code == 422
        assert message in browser.visible_text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Choose a file|The file has no submissions"),
        (b"\n \n", "The file has no submissions"),
        (b'{"a": "\xff"}', "Choose a file whose text is UTF-8"),
        (b"{}\n" * (MOST_ROWS + 1), f"more than {MOST_ROWS} rows"),
    ],
)
def test_what_cannot_be_tried_says_why(browser: Browser, world: World, content: bytes, message: str) -> None:
    looks = world.number_of_looks()
    upload(browser, content)
    assert browser.page.status_code == 422
    assert any(each in browser.visible_text for each in message.split("|"))
    assert world.number_of_looks() == looks


def test_a_form_without_a_file_says_so(browser: Browser) -> None:
    browser.send("/pages/trial/tried")
    assert (browser.page.status_code, "Choose a file" in browser.visible_text) == (422, True)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(browser: Browser) -> None:
    answer = upload(browser, b"x" * LARGEST_FILE)
    assert answer.status_code == 413
    assert "send it in parts" in answer.text


def test_a_file_of_another_site_is_not_tried(browser: Browser, world: World) -> None:
    looks = world.number_of_looks()
    row = json.dumps(person("T1", "gp", nhs_number=NHS_NUMBER))
    for secret in ({}, {"csrf": "guessed"}):
        answer = browser.client.post("/pages/trial/tried", data=secret, files={"file": ("rows.ndjson", row)})
        assert (answer.status_code, "This was not done" in answer.text) == (403, True)
    assert world.number_of_looks() == looks


def sent(files: dict[str, Any], fields: dict[str, str]) -> tuple[Headers, bytes]:
    request = httpx.Request("POST", "http://x/", data=fields, files=files)
    return Headers({"content-type": request.headers["content-type"]}), request.read()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff"), max_size=200))
def test_a_file_comes_as_it_was_sent(text: str) -> None:
    headers, body = sent({UPLOAD: ("a.ndjson", text.encode())}, {"csrf": "secret"})
    assert read_form(headers, body, has_file=True) == {"csrf": "secret", UPLOAD: text}


@given(st.binary(max_size=300), st.sampled_from(["x", '"x"', "", "\u00e9"]))
def test_any_body_is_a_form_or_none(body: bytes, boundary: str) -> None:
    for content in (body, b"--x\r\n" + body + b"\r\n--x--"):
        headers = Headers(raw=[(b"content-type", f"multipart/form-data; boundary={boundary}".encode("latin-1"))])
        read = read_form(headers, content, has_file=True)
        assert all(isinstance(each, str) for each in (*read, *read.values()))
