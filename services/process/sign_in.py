"""Settings of sign-in, read from the environment: whose tokens are believed, and how the API speaks TLS."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from services.process.setting_errors import BadSetting

DEFAULT_AUDIENCE = "urn:contactpoint:api"
DEFAULT_USER_CLAIM = "preferred_username"
_VISIBLE = re.compile(r"[\x21-\x7e]{1,500}")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Whose tokens are believed: those of `issuer`, or of the local stack's own where that is None.

    `acr` are the values of that claim which stand for a sign-in with a second factor, `user_claim` names the user.
    """

    issuer: str | None = None
    audience: str = DEFAULT_AUDIENCE
    acr: frozenset[str] = frozenset()
    user_claim: str = DEFAULT_USER_CLAIM


@dataclass(frozen=True, slots=True)
class Tls:
    """The API's certificate and key; with `client_ca` an agency may prove who it is by a certificate of that CA."""

    certificate: Path
    key: Path
    client_ca: Path | None


def read_sign_in(env: Mapping[str, str]) -> SignIn:
    """What the environment says of tokens; raises BadSetting."""
    issuer = env.get("CONTACTPOINT_ISSUER") or None
    if issuer is not None and not is_safe_url(issuer):
        raise BadSetting(
            "CONTACTPOINT_ISSUER is no address of an issuer; write it as the issuer does, like https://id.example.org"
        )
    audience = env.get("CONTACTPOINT_AUDIENCE") or DEFAULT_AUDIENCE
    claim = env.get("CONTACTPOINT_USER_CLAIM") or DEFAULT_USER_CLAIM
    for name, value in (("CONTACTPOINT_AUDIENCE", audience), ("CONTACTPOINT_USER_CLAIM", claim)):
        if not _VISIBLE.fullmatch(value):
            raise BadSetting(f"{name} has characters that no token's claim has; set it to 1 to 500 of ASCII")
    return SignIn(issuer, audience, frozenset(env.get("CONTACTPOINT_ACR", "").split()), claim)


def read_tls(env: Mapping[str, str]) -> Tls | None:
    """How the API speaks TLS, or None where a proxy does so for it; raises BadSetting."""
    names = ("CONTACTPOINT_TLS_CERT", "CONTACTPOINT_TLS_KEY", "CONTACTPOINT_TLS_CLIENT_CA")
    certificate, key, client_ca = (Path(env[name]).absolute() if env.get(name) else None for name in names)
    if certificate and key:
        return Tls(certificate, key, client_ca)
    if certificate or key or client_ca:
        raise BadSetting(
            "TLS needs both CONTACTPOINT_TLS_CERT and CONTACTPOINT_TLS_KEY; set the other, or none of them"
        )
    return None


def is_safe_url(url: str) -> bool:
    """Whether keys may be fetched there: by https, or by http from this machine itself."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not _VISIBLE.fullmatch(url) or not host or parts.username is not None or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether an address reaches this machine only; a name other than `localhost` may mean anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
