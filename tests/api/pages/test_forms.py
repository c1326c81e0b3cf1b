"""What a page takes for a form: one with a file in one place alone, as browsers write it, without a parser's work."""

import ast
import inspect

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from services.api.pages import forms
from services.api.pages.forms import LONGEST_CONTENT_TYPE, LONGEST_PART_HEADER, MOST_FIELDS, UPLOAD, read_form
from services.auth.pages_keys import opening_code
from tests.api.pages.browser import Browser
from tests.support.world import World

MULTIPART = "multipart/form-data; boundary=x"
FIELD = 'Content-Disposition: form-data; name="kind"'
LONG = 64 * 1024


def form(*heads: str, stated: str = MULTIPART) -> dict[str, str]:
    """What is read of a form whose parts have these headers, each with the text `csv`."""
    parts = "".join(f"--x\r\n{head}\r\n\r\ncsv\r\n" for head in heads)
    return dict(read_form(Headers({"content-type": stated}), f"{parts}--x--\r\n".encode(), has_file=True))


def test_a_part_is_read_as_browsers_write_it() -> None:
    assert form(FIELD) == {"kind": "csv"}
    assert form(FIELD, stated='multipart/form-data; boundary="x"') == {"kind": "csv"}
    a_file = f'Content-Disposition: form-data; name="{UPLOAD}"; filename="rows (2); a.csv"\r\nContent-Type: text/csv'
    assert form(FIELD, a_file) == {"kind": "csv", UPLOAD: "csv"}
    assert form(FIELD, a_file.replace("rows (2); a.csv", "")) == {"kind": "csv"}


@pytest.mark.parametrize("character", [";", "("])
@pytest.mark.parametrize("length", [2 * 1024, LONG])
def test_what_a_parser_of_mail_would_work_on_is_refused(character: str, length: int) -> None:
    """By its length, before anything is made of it; and a short one by its shape."""
    long = character * length
    assert length > LONGEST_PART_HEADER > LONGEST_CONTENT_TYPE
    for head in (f"{FIELD}{long}", f"Content-Disposition: form-data{long}; name=kind", f"{FIELD}\r\nX-More: {long}"):
        assert form(FIELD, head) == {}
    for stated in (f"{MULTIPART}{long}", f"multipart/form-data{long}; boundary=x", f"{MULTIPART}; a={long}"):
        assert form(FIELD, stated=stated) == {}
    assert form(FIELD, f"{FIELD}{character}") == {}
    assert form(FIELD, stated=f"{MULTIPART}{character}") == {}


def test_a_header_of_any_length_is_no_form() -> None:
    plain = "application/x-www-form-urlencoded"
    assert read_form(Headers({"content-type": plain}), b"a=b") == {"a": "b"}
    assert read_form(Headers({"content-type": f"{plain};{' ' * LONGEST_CONTENT_TYPE}"}), b"a=b") == {}
    assert form(f'Content-Disposition: form-data; name="file"; filename="{"a" * LONGEST_PART_HEADER}"') == {}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "--x--",
        "--x",
        f"{FIELD}\r\n\r\ncsv",
        f"--x\r\n{FIELD}\r\n\r\ncsv",
        f"before\r\n--x\r\n{FIELD}\r\n\r\ncsv\r\n--x--",
        f"--x\r\n{FIELD}\r\n--x--",
        f"--xy{FIELD}\r\n\r\ncsv\r\n--x--",
        "--x\r\n\r\n\r\ncsv\r\n--x--",
        f"--x\r\n{FIELD}\r\n\r\ncsv\r\n" * (MOST_FIELDS + 1) + "--x--",
    ],
)
def test_what_is_no_form_with_a_file_has_no_fields(body: str) -> None:
    assert read_form(Headers({"content-type": MULTIPART}), body.encode(), has_file=True) == {}


def test_no_parser_of_mail_is_at_work() -> None:
    """Its work on a header grows with the cube of the header's length, and a stranger chooses that."""
    found = [*ast.walk(ast.parse(inspect.getsource(forms)))]
    names = {each.module or "" for each in found if isinstance(each, ast.ImportFrom)}
    names |= {alias.name for each in found if isinstance(each, ast.Import) for alias in each.names}
    assert not {name for name in names if name.split(".")[0] in ("email", "cgi", "mailbox")}


def test_a_form_with_a_file_is_taken_in_one_place_and_of_who_is_signed_in(client: TestClient, world: World) -> None:
    browser, no_file = Browser(client, world), {"unused": ("a.txt", b"a")}
    sign_in = {"code": opening_code(world.settings.keys), "user": "demo-practitioner"}
    answer = client.post("/pages/sign-in", data=sign_in, files=no_file)
    assert (answer.url.path, answer.status_code) == ("/pages/sign-in", 403)
    browser.sign_in("demo-data-manager", "data-quality")
    secret = browser.page.text.partition('name="csrf" value="')[2].partition('"')[0]
    for path in ("/pages/search", "/pages/reason", "/pages/trial"):
        answer = client.post(path, data={"csrf": secret}, files=no_file)
        assert (answer.status_code, "This was not done" in answer.text) == (403, True)
    answer = client.post("/pages/trial/tried", data={"csrf": secret}, files=no_file)
    assert (answer.status_code, "Choose a file" in answer.text) == (422, True)
