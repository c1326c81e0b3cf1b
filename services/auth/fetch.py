"""A document of an issuer, fetched within bounds: a time, a size, no redirect, no address that is not safe."""

import json
import time
from collections.abc import Mapping
from typing import Any

import httpx

from services.auth.keys import BadKeySet, VerifyingKey, read_key_set
from services.configuration.http_client import http_client
from services.configuration.sign_in import is_safe_url

FETCH_WITHIN_S = 5.0
LARGEST_DOCUMENT = 256 * 1024
DISCOVERY = "/.well-known/openid-configuration"


class IssuerAway(Exception):
    """An issuer does not give its keys; the text says why, and nothing that it has sent."""


class GrantRefused(Exception):
    """A token endpoint refuses the code that it was sent: it is used, too old, or was given to another."""


def fetch_discovery(issuer: str) -> dict[str, Any]:
    """An issuer's discovery document; raises IssuerAway."""
    return _discovered(issuer, time.monotonic() + FETCH_WITHIN_S)


def fetch_token(url: str, form: Mapping[str, str], basic: tuple[str, str] | None) -> bytes:
    """What a token endpoint answers to a form; raises GrantRefused, and IssuerAway where it refuses otherwise."""
    until = time.monotonic() + FETCH_WITHIN_S
    return _fetch(url, until, data=form, **({"auth": basic} if basic else {}))


def fetch_keys(issuer: str) -> dict[str, VerifyingKey]:
    """The keys that an issuer publishes, found by its discovery document; raises IssuerAway."""
    until = time.monotonic() + FETCH_WITHIN_S
    found = _discovered(issuer, until)
    address = found.get("jwks_uri")
    if not isinstance(address, str) or not is_safe_url(address):
        raise IssuerAway("its discovery document names no jwks_uri by https")
    try:
        return read_key_set(_fetch(address, until))
    except BadKeySet as bad:
        raise IssuerAway(f"its jwks_uri gives no usable keys: {bad}") from None


def _discovered(issuer: str, until: float) -> dict[str, Any]:
    found = json_object(_fetch(issuer.rstrip("/") + DISCOVERY, until))
    if found is None:
        raise IssuerAway("its discovery document is no JSON object")
    if found.get("issuer") != issuer:
        raise IssuerAway("its discovery document names another issuer; set CONTACTPOINT_ISSUER exactly as it does")
    return found


def json_object(content: bytes) -> dict[str, Any] | None:
    """The JSON object that an issuer has sent; None where it is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _fetch(url: str, until: float, **form: Any) -> bytes:
    """The answer to a GET, or to a POST of a form."""
    request: Any = ("POST" if form else "GET", url)
    within_s = max(0.1, until - time.monotonic())
    try:
        with http_client(within_s, tls=url.startswith("https:")) as client, client.stream(*request, **form) as answer:
            if form and answer.is_client_error and _refuses_grant(_bounded(answer, until)):
                raise GrantRefused
            if answer.status_code != httpx.codes.OK:
                raise IssuerAway(f"it answers with status {answer.status_code}")
            return _bounded(answer, until)
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise IssuerAway(f"it cannot be reached ({type(error).__name__})") from None


def _refuses_grant(content: bytes) -> bool:
    return (json_object(content) or {}).get("error") == "invalid_grant"


def _bounded(answer: httpx.Response, until: float) -> bytes:
    """The whole body, however slowly it comes and whatever length it states."""
    content = bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > LARGEST_DOCUMENT:
            raise IssuerAway(f"its document has more than {LARGEST_DOCUMENT:,} bytes")
        if time.monotonic() > until:
            raise IssuerAway(f"its document takes longer than {FETCH_WITHIN_S:.0f} s")
    return bytes(content)
