"""Which public keys and algorithms are believed at all. A token never decides that."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

MOST_KEYS = 100
SHORTEST_RSA = 2048
"""Bits."""


class BadKeySet(Exception):
    """A document is no set of keys, or none of them can be used."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key with the algorithms under which alone it verifies."""

    key: Key
    algorithms: tuple[str, ...]


class Keys(Protocol):
    """Where a verifier finds the key of a token."""

    async def find(self, kid: str) -> VerifyingKey | None:
        """The key of that id, or None where it is not a trusted one."""


class FixedKeys:
    """Keys that are known beforehand."""

    def __init__(self, keys: dict[str, VerifyingKey]) -> None:
        self._keys = keys

    async def find(self, kid: str) -> VerifyingKey | None:
        """The key of that id."""
        return self._keys.get(kid)


def read_key_set(document: bytes) -> dict[str, VerifyingKey]:
    """The keys of a JWKS that can be used, by their ids; raises BadKeySet where there is none."""
    try:
        listed = json.loads(document)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadKeySet("this is no set of keys") from None
    keys: dict[str, VerifyingKey] = {}
    for each in listed[:MOST_KEYS] if isinstance(listed, list) else ():
        key = verifying_key(each)
        if key is not None:
            keys.setdefault(each["kid"], key)
    if not keys:
        raise BadKeySet("there is no key that can be used")
    return keys


def verifying_key(jwk: Any) -> VerifyingKey | None:
    """A JWK with what it may verify, or None for one that may not: secret, private, too weak, for something else."""
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str) or jwk.get("use", "sig") != "sig" or "d" in jwk:
        return None
    try:
        key = import_key(jwk)
        algorithms = _algorithms(key)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if jwk.get("alg") is not None:
        algorithms = tuple(name for name in algorithms if name == jwk["alg"])
    return VerifyingKey(key, algorithms) if algorithms else None


def _algorithms(key: Key) -> tuple[str, ...]:
    """The allow list: by the kind of key, so that no public key can serve as the secret of another algorithm."""
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        return ("ES256",)
    if isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        return ("Ed25519", "EdDSA")
    if isinstance(key, RSAKey) and key.public_key.key_size >= SHORTEST_RSA:
        return ("RS256", "PS256")
    return ()
