"""Who is signed in at the pages: sealed in a cookie, so that no process has to remember it and none else can read it.

A session ends half an hour after its last use, with its token, and when its user signs out. The process that was asked
remembers that; in others a cookie that was copied before goes on until its token ends, or half an hour without use.
"""

import secrets
import threading
from dataclasses import dataclass, replace

from services.api.pages.cookies import SealedCookie
from services.auth.tokens import LONGEST_LIFETIME
from streams.clock import Clock

IDLE_S = 30 * 60
SEALED_AGAIN_S = 60
"""How old a cookie is before an answer brings a newer one."""
MOST_ENDED = 10_000
"""Sessions whose end is remembered; with more, the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Session:
    """A user's token, the reason stated for looks, and the secret that the forms of this session carry."""

    number: str
    token: str
    csrf: str
    reason: str = ""

    def with_reason(self, reason: str) -> "Session":
        """The same for another reason."""
        return replace(self, reason=reason)


class Sessions:
    """Keeps, finds and ends sessions."""

    def __init__(self, key: bytes, clock: Clock, *, secure: bool) -> None:
        self._cookie = SealedCookie("contactpoint", Session, key, clock, secure=secure, holds_s=IDLE_S)
        self._lock = threading.Lock()
        self._ended: dict[str, int] = {}

    def begin(self, token: str) -> Session:
        """A new session, without a reason."""
        return Session(secrets.token_urlsafe(12), token, secrets.token_urlsafe(24))

    def find(self, cookies: str) -> tuple[Session, bool] | None:
        """The session of a `Cookie` header, and whether to keep it anew; None where there is none that holds."""
        opened = self._cookie.open(cookies)
        if opened is None or opened.held.number in self._ended:
            return None
        return opened.held, opened.age >= SEALED_AGAIN_S

    def keep(self, session: Session) -> str:
        """The `Set-Cookie` of a session; raises TooLarge."""
        return self._cookie.seal(session)

    def end(self, session: Session | None) -> str:
        """Ends a session; gives the `Set-Cookie` that removes it."""
        if session:
            now = self._cookie.now()
            with self._lock:
                self._ended = {number: at for number, at in self._ended.items() if now - at <= LONGEST_LIFETIME}
                while len(self._ended) >= MOST_ENDED:
                    self._ended.pop(next(iter(self._ended)))
                self._ended[session.number] = now
        return self._cookie.remove()
