"""Verifies all of a token that proves who calls: its form, its key, its signature, its claims."""

import base64
import json
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from services.auth.claims import Rules
from services.auth.keys import Keys
from services.auth.tokens import Principal, TokenRefused

LONGEST_TOKEN = 8_192
_OWN_KEYS = frozenset({"jwk", "jku", "x5c", "x5u"})
"""Headers by which a token would name itself the key to verify it with."""
_TYPES = frozenset({"jwt", "at+jwt"})


class Verifier:
    """Believes tokens that are signed with one of these keys and state what these rules require."""

    def __init__(self, keys: Keys, rules: Rules) -> None:
        self._keys = keys
        self._rules = rules

    async def verify(self, token: str) -> Principal:
        """Whom a token names; raises TokenRefused, which does not reveal what is wrong with it."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused
        header = _header(token)
        kid, kind = header.get("kid"), header.get("typ", "JWT")
        if not isinstance(kid, str) or _OWN_KEYS & header.keys() or str(kind).lower() not in _TYPES:
            raise TokenRefused
        found = await self._keys.find(kid)
        if found is None:
            raise TokenRefused
        try:
            claims = jwt.decode(token, found.key, algorithms=found.algorithms).claims
        except (JoseError, ValueError, TypeError, RecursionError):
            raise TokenRefused from None
        return self._rules.principal(claims)


def _header(token: str) -> dict[str, Any]:
    """The header of a token that nothing is known of yet."""
    encoded = token.partition(".")[0]
    try:
        header = json.loads(base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise TokenRefused from None
    if not isinstance(header, dict):
        raise TokenRefused
    return header
