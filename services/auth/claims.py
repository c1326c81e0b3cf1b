"""What a token must state, and whom it then names. Nothing in a token gives a role; other claims are passed over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from services.auth.tokens import LOCAL_ISSUER, LONGEST_LIFETIME, Caller, Principal, TokenRefused
from services.configuration.sign_in import SignIn
from streams.clock import Clock, utc_now

SKEW_S = 30
"""How far the clocks of issuer and API may differ."""
LONGEST_NAME = 200

Claims = Mapping[str, Any]
Naming = Callable[[Claims], tuple[str, object]]
"""Kind and name of the caller, as one issuer states them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the claims of one issuer's tokens have to hold."""

    issuer: str
    audience: str
    acr: frozenset[str]
    naming: Naming
    clock: Clock = utc_now

    def principal(self, claims: Claims) -> Principal:
        """Whom claims name, whose signature was verified; raises TokenRefused."""
        registry = JWTClaimsRegistry(
            now=int(self.clock().timestamp()),
            leeway=SKEW_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except (JoseError, ValueError, TypeError, OverflowError):
            raise TokenRefused from None
        if not 0 < claims["exp"] - claims["iat"] <= LONGEST_LIFETIME:
            raise TokenRefused
        if "cnf" in claims:  # bound to a key that is not checked here, so it may be somebody else's
            raise TokenRefused
        kind, name = self.naming(claims)
        if kind not in list(Caller) or not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
            raise TokenRefused
        if not name.isprintable():
            raise TokenRefused
        if kind == Caller.USER and not self._has_second_factor(claims):
            raise TokenRefused
        return Principal(Caller(kind), name, float(claims["exp"]))

    def _has_second_factor(self, claims: Claims) -> bool:
        methods = claims.get("amr")
        acr = claims.get("acr")
        return (isinstance(methods, list) and "mfa" in methods) or (isinstance(acr, str) and acr in self.acr)


def rules_of(sign_in: SignIn, clock: Clock = utc_now) -> Rules:
    """The rules for the tokens of the issuer that is configured, or of the local stack's own."""
    if sign_in.issuer is None:
        return Rules(LOCAL_ISSUER, sign_in.audience, frozenset(), _by_subject, clock)

    def by_claims(claims: Claims) -> tuple[str, object]:
        if "agency" in claims:
            return Caller.AGENCY, claims["agency"]
        return Caller.USER, claims.get(sign_in.user_claim)

    return Rules(sign_in.issuer, sign_in.audience, sign_in.acr, by_claims, clock)


def _by_subject(claims: Claims) -> tuple[str, object]:
    kind, _, name = str(claims["sub"]).partition(":")
    return kind, name
