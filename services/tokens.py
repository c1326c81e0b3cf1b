"""Bearer tokens: signed statements of who calls, issued by the local stack itself.

The seam is small on purpose: `issue` is what an identity provider will do instead, `verify` what stays.
"""

import base64
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from services.settings import NotConfigured, Settings

ISSUER = "urn:contactpoint:local"
AUDIENCE = "urn:contactpoint:api"
ALGORITHM = "HS256"
LONGEST_TOKEN = 4096
_CLAIMS = jwt.JWTClaimsRegistry(
    leeway=5,
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    sub={"essential": True},
    exp={"essential": True},
    iat={"essential": True},
)


class TokenRefused(Exception):
    """A token does not prove who calls; the text says no more than the caller may know."""


class Caller(StrEnum):
    """What kind of principal a token names."""

    USER = "user"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, proven by a token, until `expires` (seconds since the epoch)."""

    kind: Caller
    name: str
    expires: float

    @property
    def subject(self) -> str:
        """How a token names it: `user:NAME` or `agency:CODE`."""
        return f"{self.kind}:{self.name}"


def key_file(keys: Path) -> Path:
    """Where the signing key of a keys directory lies, as base64url text."""
    return keys / "token.key"


def read_key(settings: Settings) -> OctKey:
    """The signing key; raises NotConfigured where this installation has none that can be read."""
    path = key_file(settings.keys)
    try:
        secret = base64.urlsafe_b64decode(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise NotConfigured(
            f"no token key can be read in {settings.keys}; tokens are issued beside a local stack only: "
            f"start one with `contactpoint up --data {settings.data}` or set CONTACTPOINT_URL and CONTACTPOINT_TOKEN"
        ) from None
    if len(secret) < 32:
        raise NotConfigured(f"the token key in {settings.keys} is too short; put 32 random bytes there, as base64url")
    return OctKey.import_key(secret)


def issue(settings: Settings, subject: str, lifetime: float) -> str:
    """A token for `user:NAME` or `agency:CODE` that holds for `lifetime` seconds."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + max(1, int(lifetime))}
    return jwt.encode({"alg": ALGORITHM}, claims, read_key(settings))


def verify(key: OctKey, token: str) -> Principal:
    """Whom a token names; raises TokenRefused where it is forged, expired, or made for somebody else."""
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("the token is too long")
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        _CLAIMS.validate(claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenRefused("the token is not valid here, or no longer; get a new one") from None
    kind, _, name = claims["sub"].partition(":")
    if kind not in list(Caller) or not name:
        raise TokenRefused("the token names neither a user nor an agency; get a new one")
    return Principal(Caller(kind), name, float(claims["exp"]))
