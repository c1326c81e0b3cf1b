"""Which cookie of a request is ours: the one whose whole name it is, whatever other cookies stand beside it."""

from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from services.api.pages.cookies import SealedCookie, cookies_of
from services.api.pages.session import Session, Sessions
from streams.clock import utc_now

KEY = Fernet.generate_key()
NAME = "__Host-contactpoint"
SESSION = Session("n1", "a token", "a secret", "safeguarding")


@dataclass(frozen=True, slots=True)
class _Other:
    number: str


@pytest.fixture(scope="module")
def sessions() -> Sessions:
    return Sessions(KEY, utc_now, secure=True)


@pytest.fixture(scope="module")
def ours(sessions: Sessions) -> str:
    """Name and value, as a browser sends them."""
    return sessions.keep(SESSION).partition(";")[0]


def found(sessions: Sessions, cookies: str) -> Session | None:
    opened = sessions.find(cookies)
    return opened[0] if opened else None


ODD = [
    'foo={"a":1}',
    "x",
    "=x",
    "a[0]=1",
    "né=ü",
    'a="1',
    'a="1"',
    "",
    "a=b c",
    "a=b, c=d",
    "Path=/",
    "$Version=1",
    "a=\x01",
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_cookies_of_others_do_not_hide_ours(sessions: Sessions, ours: str, odd: str) -> None:
    for cookies in (f"{odd}; {ours}", f"{ours};{odd}", f"{odd};\t{ours} ;{odd}"):
        assert found(sessions, cookies) == SESSION


def _inside(ours: str) -> list[str]:
    value = ours.partition("=")[2]
    lower, quoted, prefixed = ours.replace("__Host", "__host"), f'{NAME}="{value}"', f"x{ours}"
    return [
        f"a=b {ours}",
        f"a=b\t{ours}",
        f"a=b,{ours}",
        f'a="; {ours}"',
        f"={ours}",
        lower,
        quoted,
        prefixed,
        f"\x0b{ours}",
    ]


@pytest.mark.parametrize("number", range(9))
def test_a_cookie_within_another_is_none(sessions: Sessions, ours: str, number: int) -> None:
    assert found(sessions, _inside(ours)[number]) is None


def test_of_two_cookies_of_that_name_neither_is_believed(sessions: Sessions, ours: str) -> None:
    for cookies in (f"{ours}; {ours}", f"{NAME}=x; {ours}", f"{ours}; {NAME}="):
        assert found(sessions, cookies) is None


def test_cookies_may_come_in_several_headers(sessions: Sessions, ours: str) -> None:
    headers = Headers(raw=[(b"cookie", b"a=1"), (b"cookie", ours.encode()), (b"cookie", b"b=2")])
    assert found(sessions, cookies_of(headers)) == SESSION


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_beside_it_ours_is_the_session_or_none(before: str, after: str) -> None:
    sessions = Sessions(KEY, utc_now, secure=True)
    pair = sessions.keep(SESSION).partition(";")[0]
    expected = SESSION if NAME not in before + after else None
    assert found(sessions, f"{before};{pair};{after}") == expected


@pytest.mark.parametrize("content", [b"[]", b"1", b"{}", b'{"number": "n1"}', b"null", b"\xff", b'{"number": {}}'])
def test_a_content_that_is_none_of_ours_is_none(sessions: Sessions, content: bytes) -> None:
    assert found(sessions, f"{NAME}={Fernet(KEY).encrypt(content).decode()}") is None


def test_a_cookie_of_another_version_is_none(sessions: Sessions) -> None:
    other = SealedCookie("contactpoint", _Other, KEY, utc_now, secure=True, holds_s=60)
    assert found(sessions, other.seal(_Other("n1")).partition(";")[0]) is None
    odd = b'{"number": 1, "token": [], "csrf": null, "reason": {}, "more": "x"}'
    assert found(sessions, f"{NAME}={Fernet(KEY).encrypt(odd).decode()}") is None
