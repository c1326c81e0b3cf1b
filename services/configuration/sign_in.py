"""Settings of sign-in: whose tokens are believed, and how the API speaks TLS."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_AUDIENCE = "urn:contactpoint:api"
DEFAULT_USER_CLAIM = "preferred_username"
DEFAULT_SCOPE = "openid"
VISIBLE = re.compile(r"[\x21-\x7e]{1,500}")
"""What claims and addresses may hold: printable ASCII without spaces."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Whose tokens are believed: those of `issuer`, or of the local stack's own where that is None.

    `acr` are the values of that claim which mean a sign-in with a second factor, `user_claim` names the user.
    """

    issuer: str | None = None
    audience: str = DEFAULT_AUDIENCE
    acr: frozenset[str] = frozenset()
    user_claim: str = DEFAULT_USER_CLAIM


TRIALS_ISSUER = "issuer.localhost"
"""The host of the issuer that comes along to try a deployment with fictional people, and asks for no second factor."""
OF_A_PASSWORD = frozenset({"0", "1"})
"""Values of `acr` that Keycloak and others give to whoever has signed in with a password alone, or still is."""

SIGNED_IN = "/pages/signed-in"
"""Where the issuer sends the browser back to, below the address of the pages."""


@dataclass(frozen=True, slots=True)
class PagesClient:
    """What the pages are at the issuer: `address` is where browsers reach them; a public client has no `secret`."""

    address: str
    client_id: str
    secret: str | None
    scope: str

    @property
    def redirect(self) -> str:
        """Where the issuer sends the browser back to."""
        return self.address.rstrip("/") + SIGNED_IN


@dataclass(frozen=True, slots=True)
class Tls:
    """The API's certificate and key; with `client_ca` an agency may prove who it is by a certificate of that CA.

    `client_crl` has the certificates of it that were revoked.
    """

    certificate: Path
    key: Path
    client_ca: Path | None
    client_crl: Path | None = None


def is_safe_url(url: str) -> bool:
    """Whether keys may be fetched there: by https, or by http from this machine itself."""
    try:
        address = urlsplit(url)
        host, _ = address.hostname, address.port
    except ValueError:
        return False
    if not VISIBLE.fullmatch(url) or not host or address.username is not None or address.query or address.fragment:
        return False
    return address.scheme == "https" or (address.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether an address reaches this machine only; a name other than `localhost` may mean anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
