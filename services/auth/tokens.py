"""Whom a token names, and the issuer of a local stack: it signs for `up` and `demo`, and asks nobody for a password.

Only its public half is trusted, by an API that listens on loopback (`services/auth/trust.py`).
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from services.configuration.private_files import write_private
from services.configuration.setting_errors import NotConfigured
from services.configuration.settings import ClientSettings
from streams.clock import Clock, utc_now

if TYPE_CHECKING:
    from joserfc.jwk import ECKey

    from services.auth.keys import VerifyingKey

LOCAL_ISSUER = "urn:contactpoint:local"
ALGORITHM = "ES256"
KEY_FILE = "issuer.key"
LONGEST_LIFETIME = 12 * 3600
"""Seconds for which a token may hold, whoever issues it."""


class TokenRefused(Exception):
    """A token does not prove who calls; whatever is wrong with it, the text is the same."""

    def __init__(self, message: str = "the token is not valid here, or no longer; get a new one") -> None:
        super().__init__(message)


class Caller(StrEnum):
    """What kind of principal a token names."""

    USER = "user"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, proven by a token or a certificate, until `expires` (seconds since the epoch)."""

    kind: Caller
    name: str
    expires: float

    @property
    def subject(self) -> str:
        """How a token of the local stack names it: `user:NAME` or `agency:CODE`."""
        return f"{self.kind}:{self.name}"


def create_issuer_key(file: Path) -> None:
    """Makes the local issuer's private key, a PEM file for its owner only."""
    from joserfc.jwk import ECKey

    write_private(file, ECKey.generate_key("P-256").as_pem(private=True).decode("ascii"))


def issue(settings: ClientSettings, subject: str, lifetime: float, clock: Clock = utc_now) -> str:
    """A token of the local stack for `user:NAME` or `agency:CODE` that holds for `lifetime` seconds, 12 hours at most.

    Raises NotConfigured where tokens come from another issuer, or there is no key here.
    """
    from joserfc import jwt

    if settings.sign_in.issuer is not None:
        raise NotConfigured(
            "no token is issued here: CONTACTPOINT_ISSUER names who issues them; get one there and set"
            " CONTACTPOINT_TOKEN"
        )
    key = _signing_key(settings)
    now = int(clock().timestamp())
    lasting = min(max(1, int(lifetime)), LONGEST_LIFETIME)
    claims = {"iss": LOCAL_ISSUER, "aud": settings.sign_in.audience, "sub": subject, "iat": now, "exp": now + lasting}
    if subject.startswith(f"{Caller.USER}:"):
        claims["amr"] = ["mfa"]  # whoever may read the key may try out anybody's view
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key)


def local_verifying_keys(settings: ClientSettings) -> "dict[str, VerifyingKey]":
    """The public half of the local issuer's key, by its id; raises NotConfigured where there is none."""
    from services.auth.keys import VerifyingKey

    key = _signing_key(settings)
    public = key.import_key(key.as_dict(private=False))
    return {str(key.kid): VerifyingKey(public, (ALGORITHM,))}


def _signing_key(settings: ClientSettings) -> "ECKey":
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        key = ECKey.import_key((settings.keys / KEY_FILE).read_bytes())
        usable = key.is_private and key.curve_name == "P-256"
    except (OSError, ValueError, TypeError, JoseError):
        usable = False
    if not usable:
        raise NotConfigured(
            f"no issuer's key can be read in {settings.keys}; tokens are issued beside a local stack only: "
            f"start one with `contactpoint up --data {settings.data}` or set CONTACTPOINT_URL and CONTACTPOINT_TOKEN"
        )
    key.ensure_kid()
    return key
