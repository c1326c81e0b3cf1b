"""Signing in at an issuer by its authorization code flow with PKCE (RFC 6749, 7636, 9207), as a client of it."""

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from services.auth.fetch import GrantRefused, IssuerAway, fetch_discovery, fetch_token, json_object
from services.configuration.sign_in import PagesClient, is_safe_url

FRESH_S = 600.0
"""How long an issuer's discovery document is believed."""
PAUSE_S = 10.0
"""The shortest time from one attempt to learn it to the next."""
LONGEST_ANSWER = 2_000
"""Characters of what comes back through the browser."""


class NotSignedIn(Exception):
    """The issuer did not sign the user in, or its answer is none to our request."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is remembered of a user who is at the issuer: `state` comes back, `verifier` proves whose request it was."""

    state: str
    verifier: str


def new_way() -> Way:
    """A way to the issuer that nobody can guess."""
    return Way(secrets.token_urlsafe(24), secrets.token_urlsafe(48))


def challenge_of(way: Way) -> str:
    """What the issuer gets of the verifier beforehand: its digest."""
    return urlsafe_b64encode(sha256(way.verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


class CodeFlow:
    """The flow at one issuer. Its calls wait for the issuer, so they belong into a thread; threads may share it."""

    def __init__(self, issuer: str, client: PagesClient) -> None:
        self._issuer, self._client = issuer, client
        self._lock = Lock()
        self._endpoints: Mapping[str, str] = {}
        self._read_at = self._tried_at = float("-inf")

    def address(self, way: Way) -> str:
        """Where the browser goes to sign in; raises IssuerAway."""
        query = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect,
            "scope": self._client.scope,
            "state": way.state,
            "code_challenge": challenge_of(way),
            "code_challenge_method": "S256",
        }
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(query)}"

    def token(self, way: Way, answer: Mapping[str, str]) -> str:
        """The access token for what came back; raises NotSignedIn, IssuerAway. Nothing of it is believed yet."""
        if not secrets.compare_digest(answer.get("state", "").encode(), way.state.encode()):
            raise NotSignedIn
        if answer.get("iss", self._issuer) != self._issuer or "error" in answer or not answer.get("code"):
            raise NotSignedIn
        if max(map(len, answer.values())) > LONGEST_ANSWER:
            raise NotSignedIn
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self._client.redirect,
            "client_id": self._client.client_id,
            "code_verifier": way.verifier,
        }
        try:
            found = fetch_token(self._endpoint("token_endpoint"), form, self._basic())
        except GrantRefused:
            raise NotSignedIn from None
        token = (json_object(found) or {}).get("access_token")
        if not isinstance(token, str):
            raise NotSignedIn
        return token

    def _basic(self) -> tuple[str, str] | None:
        """Name and secret of the client, each encoded by RFC 6749; None for one without a secret."""
        if self._client.secret is None:
            return None
        return quote(self._client.client_id, safe=""), quote(self._client.secret, safe="")

    def _endpoint(self, name: str) -> str:
        with self._lock:
            now = time.monotonic()
            if now - self._read_at > FRESH_S:
                if now - self._tried_at < PAUSE_S:
                    raise IssuerAway("it was asked a moment ago")
                self._tried_at = now
                self._endpoints = _safe(fetch_discovery(self._issuer))
                self._read_at = now
            return self._endpoints[name]


def _safe(discovery: Mapping[str, Any]) -> dict[str, str]:
    found = {name: discovery.get(name) for name in ("authorization_endpoint", "token_endpoint")}
    named = {name: address for name, address in found.items() if isinstance(address, str) and is_safe_url(address)}
    if len(named) < len(found):
        raise IssuerAway("its discovery document does not name where to sign in, and where to get tokens, by https")
    return named
