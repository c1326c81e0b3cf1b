"""Cookies that nobody can read or change but the processes of this API, for a time."""

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import orjson
from cryptography.fernet import Fernet, InvalidToken
from starlette.datastructures import Headers

from streams.clock import Clock

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kept = TypeVar("Kept", bound="DataclassInstance")

LARGEST_COOKIE = 4_000
"""Characters of a cookie that every browser keeps."""
_SEALED = re.compile(r"[\w=-]+", re.ASCII)
"""Checked first, for decoding would pass over other characters."""


class TooLarge(Exception):
    """What is to be kept does not fit into a cookie."""


class Opened(NamedTuple, Generic[Kept]):
    """What a cookie holds, and how many seconds ago it was sealed."""

    held: Kept
    age: int


def cookies_of(headers: Headers) -> str:
    """The cookies of a request, in one text; HTTP/2 may send them in several headers."""
    return ";".join(headers.getlist("cookie"))


class SealedCookie(Generic[Kept]):
    """A cookie of that name, which holds one `kind` of dataclass with texts alone.

    `secure` is off on a loopback address alone, where there is no TLS.
    """

    def __init__(self, name: str, kind: type[Kept], key: bytes, clock: Clock, *, secure: bool, holds_s: int) -> None:
        self._name = f"__Host-{name}" if secure else name
        self._kind, self._sealing, self._clock = kind, Fernet(key), clock
        self._secure, self._holds_s = secure, holds_s

    def open(self, cookies: str) -> Opened[Kept] | None:
        """What it holds among these cookies; None where there is none, or not one, that was sealed here lately."""
        named = _values_of(cookies, self._name)
        if len(named) != 1 or not _SEALED.fullmatch(named[0]):
            return None
        try:
            content = orjson.loads(self._sealing.decrypt_at_time(named[0], self._holds_s, self.now()))
            if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
                return None
            return Opened(self._kind(**content), self.now() - self._sealing.extract_timestamp(named[0]))
        except (InvalidToken, ValueError, TypeError):  # TypeError: an older version kept other fields
            return None

    def seal(self, held: Kept) -> str:
        """The `Set-Cookie` that keeps this; raises TooLarge."""
        sealed = self._sealing.encrypt_at_time(orjson.dumps(asdict(held)), self.now()).decode("ascii")
        if len(sealed) > LARGEST_COOKIE:
            raise TooLarge
        return self._set_cookie(sealed)

    def remove(self) -> str:
        """The `Set-Cookie` that removes it."""
        return f"{self._set_cookie('')}; Max-Age=0"

    def now(self) -> int:
        """Seconds since the epoch."""
        return int(self._clock().timestamp())

    def _set_cookie(self, value: str) -> str:
        return f"{self._name}={value}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if self._secure else ''}"


def _values_of(cookies: str, name: str) -> list[str]:
    """The values of a name, as a browser means them.

    It divides by semicolons alone, so a space in the value of one cookie begins no other, whose name may be one that a
    browser lets nobody else set.
    """
    pairs = (pair.strip(" \t").partition("=") for pair in cookies.split(";"))
    return [value.strip(" \t") for found, is_pair, value in pairs if is_pair and found.rstrip(" \t") == name]
