"""Who is signed in at the pages: sealed in a cookie, so that no process has to remember it and none else can read it.

A session ends half an hour after its last use, with its token, when its user signs out, and when the same browser signs
in again. The process that ended it remembers that; in others a cookie that was copied before goes on until its token
ends, or half an hour without use.
"""

import secrets
from dataclasses import dataclass, replace

from services.api.pages.cookies import SealedCookie
from services.api.pages.remembered import Remembered
from services.auth.tokens import LONGEST_LIFETIME
from streams.clock import Clock

IDLE_S = 30 * 60
SEALED_AGAIN_S = 60
"""How old a cookie is before an answer brings a newer one."""
MOST_REMEMBERED = 10_000
"""Sessions whose end, and whose last reason, is remembered; with more, the oldest is forgotten."""


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

    def __init__(self, key: bytes, clock: Clock, *, secure: bool, name: str = "contactpoint") -> None:
        self._cookie = SealedCookie(name, Session, key, clock, secure=secure, holds_s=IDLE_S)
        self._ended = Remembered(clock, LONGEST_LIFETIME, MOST_REMEMBERED)
        self._stated = Remembered(clock, LONGEST_LIFETIME, MOST_REMEMBERED)

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

    def keep_again(self, session: Session) -> str | None:
        """The same for one that was read a while ago; None where it has ended since, or another reason was stated.

        A late answer would else bring back what its user has left.
        """
        if session.number in self._ended or self._stated.text(session.number, session.reason) != session.reason:
            return None
        return self.keep(session)

    def restate(self, session: Session, reason: str) -> str | None:
        """The `Set-Cookie` of a session with another reason, None where it has ended; raises TooLarge."""
        if session.number in self._ended:
            return None
        kept = self.keep(session.with_reason(reason))
        self._stated.note(session.number, reason)
        return kept

    def end(self, session: Session | None) -> str:
        """Ends a session; gives the `Set-Cookie` that removes it."""
        if session:
            self._ended.note(session.number)
        return self.remove()

    def remove(self) -> str:
        """The `Set-Cookie` that removes whatever session there is."""
        return self._cookie.remove()
