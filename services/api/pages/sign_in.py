"""How somebody signs in: by the issuer of a deployment, or beside a local stack as one of its demo users."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.authorization import Entitlement
from services.api.pages.cookies import SealedCookie
from services.api.pages.remembered import Remembered
from services.auth.code_flow import CodeFlow, NotSignedIn, Way, new_way
from services.auth.pages_keys import opening_code
from services.auth.tokens import Caller, issue
from services.configuration.settings import Settings
from services.registers import DEMO_USERS
from streams.clock import Clock

LOCAL_S = 8 * 3600
"""How long a sign-in beside a local stack holds at most."""
AWAY_S = 600
"""How long somebody may take to sign in at the issuer."""
MOST_CAME_BACK = 10_000
"""Ways whose end is remembered, so that none is gone twice; with more, the oldest is forgotten."""


OPENED_S = 600
"""How long a browser that came with the opening code is shown the users."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A right code that somebody came with."""

    code: str


@dataclass(frozen=True, slots=True)
class LocalSignIn:
    """The demo users of a local stack: whoever has its opening code may be each of them.

    A cookie takes the code out of the address, which a history would keep.
    """

    settings: Settings
    clock: Clock
    cookie: SealedCookie[Opening]
    users: Sequence[Entitlement] = DEMO_USERS

    def opens(self, code: str) -> bool:
        """Whether this is the code that `up` prints."""
        return hmac.compare_digest(code.encode(), opening_code(self.settings.keys).encode())

    def code_of(self, cookies: str) -> str:
        """The code that a browser came with lately, or none."""
        opened = self.cookie.open(cookies)
        return opened.held.code if opened else ""

    def token(self, code: str, user: str) -> str | None:
        """A token of that user; None for a wrong code, and for a user who is none of the demo's."""
        if not self.opens(code) or user not in {each.user for each in self.users}:
            return None
        return issue(self.settings, f"{Caller.USER}:{user}", LOCAL_S, self.clock)


@dataclass(frozen=True, slots=True)
class IssuerSignIn:
    """The issuer of a deployment; a cookie remembers meanwhile who went there."""

    flow: CodeFlow
    cookie: SealedCookie[Way]
    came_back: Remembered

    def begin(self) -> tuple[str, str]:
        """Where to sign in, and the `Set-Cookie` to go there with; raises IssuerAway."""
        way = new_way()
        return self.flow.address(way), self.cookie.seal(way)

    def token(self, cookies: str, answer: Mapping[str, str]) -> str:
        """The token for what the issuer sent back, asked for once; raises NotSignedIn, IssuerAway."""
        opened = self.cookie.open(cookies)
        if opened is None or not self.came_back.note(opened.held.state):
            raise NotSignedIn
        return self.flow.token(opened.held, answer)
