"""Cookies that nobody can read or change but the processes of this API, for a time."""

from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple

import orjson
from cryptography.fernet import Fernet, InvalidToken

from streams.clock import Clock

LARGEST_COOKIE = 4_000
"""Characters of a cookie that every browser keeps."""


class TooLarge(Exception):
    """What is to be kept does not fit into a cookie."""


class Opened(NamedTuple):
    """What a cookie holds, and how many seconds ago it was sealed."""

    held: dict[str, Any]
    age: int


class SealedCookie:
    """A cookie of that name; `secure` is off on a loopback address alone, where there is no TLS."""

    def __init__(self, name: str, key: bytes, clock: Clock, *, secure: bool, holds_s: int) -> None:
        self._name = f"__Host-{name}" if secure else name
        self._sealing, self._clock, self._secure, self._holds_s = Fernet(key), clock, secure, holds_s

    def open(self, header: str) -> Opened | None:
        """What the cookie of a `Cookie` header holds; None where there is none that was sealed here lately."""
        try:
            found = SimpleCookie(header).get(self._name)
            sealed = found.value if found else ""
            content = self._sealing.decrypt_at_time(sealed, self._holds_s, self.now())
            return Opened(orjson.loads(content), self.now() - self._sealing.extract_timestamp(sealed))
        except (CookieError, InvalidToken, ValueError):
            return None

    def seal(self, held: dict[str, Any]) -> str:
        """The `Set-Cookie` that keeps this; raises TooLarge."""
        sealed = self._sealing.encrypt_at_time(orjson.dumps(held), self.now()).decode("ascii")
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
