"""Tokens of an issuer prove who calls, or are refused with one text that does not say why."""

import asyncio
import base64
import dataclasses
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from services.auth.claims import rules_of
from services.auth.keys import BadKeySet, FixedKeys, read_key_set
from services.auth.tokens import Caller, Principal, TokenRefused
from services.auth.verifier import Verifier
from services.configuration.sign_in import SignIn
from tests.security.sign_in.issuer import EC, ED, RSA, AsymmetricKey, claims_of, confused, signed

ISSUER = "https://id.example.org/realm"
NOW = 1_800_000_000
REFUSED = re.escape("the token is not valid here, or no longer; get a new one")
DEEP = base64.b64encode(b"[" * 5_000).decode() + ".e30.e30"


def verifier(*keys: Key, **options: Any) -> Verifier:
    """Trusts the issuer's keys."""
    published = json.dumps({"keys": [key.as_dict(private=False) for key in keys or (EC, ED, RSA)]}).encode()
    rules = dataclasses.replace(rules_of(SignIn(ISSUER, **options)), clock=lambda: datetime.fromtimestamp(NOW, UTC))
    return Verifier(FixedKeys(read_key_set(published)), rules)


def verified(token: str, by: Verifier | None = None) -> Principal:
    return asyncio.run((by or verifier()).verify(token))


def claims(**changes: Any) -> dict[str, Any]:
    return claims_of(ISSUER, **({"iat": NOW, "exp": NOW + 300} | changes))


def replaced(token: str, part: int, content: bytes) -> str:
    """The token with another header (0), other claims (1) or another signature (2)."""
    dependencies = token.split(".")
    dependencies[part] = base64.urlsafe_b64encode(content).decode().rstrip("=")
    return ".".join(dependencies)


@pytest.mark.parametrize(
    ("key", "alg"), [(EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519"), (RSA, "RS256"), (RSA, "PS256")]
)
def test_a_users_token_names_the_user(key: Key, alg: str) -> None:
    principal = verified(signed(claims(), key, alg=alg))
    assert (principal.kind, principal.name) == (Caller.USER, "a.practitioner")


def test_an_agencys_token_needs_no_second_factor() -> None:
    principal = verified(signed(claims(agency="nhs-gp", preferred_username="service-account", amr=None)))
    assert (principal.kind, principal.name) == (Caller.AGENCY, "nhs-gp")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["urn:somebody:else", "urn:contactpoint:api"]},
        {"iat": NOW + 20, "exp": NOW + 80},
        {"exp": NOW - 20, "iat": NOW - 60},
        {"nbf": NOW + 20},
        {"iat": NOW, "exp": NOW + 12 * 3600},
    ],
)
def test_clocks_may_differ_by_half_a_minute_and_audiences_may_be_several(changes: dict[str, Any]) -> None:
    assert verified(signed(claims(**changes))).name == "a.practitioner"


WRONG: list[dict[str, Any]] = [
    {"iss": "https://id.example.org/other"},
    {"iss": ISSUER + "/"},
    {"iss": [ISSUER]},
    {"iss": None},
    {"aud": "urn:somebody:else"},
    {"aud": ["urn:somebody:else"]},
    {"aud": []},
    {"aud": {"urn:contactpoint:api": 1}},
    {"aud": None},
    {"sub": None},
    {"sub": 7},
    {"exp": None},
    {"exp": NOW - 60, "iat": NOW - 120},
    {"exp": str(NOW + 60)},
    {"exp": True},
    {"exp": float("nan")},
    {"exp": float("inf")},
    {"exp": NOW + 13 * 3600},
    {"exp": NOW + 60, "iat": NOW - 12 * 3600},
    {"iat": None},
    {"iat": NOW + 60, "exp": NOW + 120},
    {"iat": NOW + 20, "exp": NOW + 10},
    {"iat": "now"},
    {"nbf": NOW + 60},
    {"nbf": "later"},
    {"amr": None},
    {"amr": ["pwd"]},
    {"amr": "mfa"},
    {"amr": {"mfa": True}},
    {"acr": "urn:mfa", "amr": None},
    {"preferred_username": None},
    {"preferred_username": ""},
    {"preferred_username": ["a.practitioner"]},
    {"preferred_username": "x" * 201},
    {"preferred_username": "a.practitioner\0"},
    {"preferred_username": "a.practitioner\u202e"},
    {"agency": ""},
    {"agency": ["nhs-gp"]},
    {"cnf": {"jkt": "of somebody's own key"}},
]


@pytest.mark.parametrize("changes", WRONG, ids=lambda changes: "-".join(f"{k}-{v}" for k, v in changes.items())[:50])
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused, match=f"^{REFUSED}$"):
        verified(signed(claims(**changes)))


STRANGER = ECKey.generate_key("P-256", {"kid": "ec"})
FORGED: dict[str, Callable[[], str]] = {
    "signed by somebody else under our key's id": lambda: signed(claims(), STRANGER),
    "alg none": lambda: signed(claims(), EC, alg="none"),
    "alg none, and no signature": lambda: signed(claims(), EC, alg="none").rpartition(".")[0] + ".",
    "alg None": lambda: replaced(signed(claims()), 0, b'{"alg":"None","kid":"ec"}'),
    "no alg": lambda: replaced(signed(claims()), 0, b'{"kid":"ec"}'),
    "alg is a list": lambda: replaced(signed(claims()), 0, b'{"alg":["ES256"],"kid":"ec"}'),
    "another key's algorithm": lambda: replaced(signed(claims(), RSA), 0, b'{"alg":"ES256","kid":"rsa"}'),
    "another key's id": lambda: signed(claims(), EC, kid="rsa"),
    "an unknown key's id": lambda: signed(claims(), EC, kid="nobody"),
    "a path for a key's id": lambda: signed(claims(), EC, kid="../../keys/ec"),
    "no key's id": lambda: signed(claims(), EC, kid=None),
    "its own key in the header": lambda: signed(claims(), STRANGER, jwk=STRANGER.as_dict(private=False)),
    "our own key in the header": lambda: signed(claims(), EC, jwk=EC.as_dict(private=False)),
    "an address of keys": lambda: signed(claims(), EC, jku="https://evil.example.org/keys"),
    "an address of certificates": lambda: signed(claims(), EC, x5u="https://evil.example.org/chain"),
    "a chain of its own": lambda: signed(claims(), EC, x5c=["MIIB"]),
    "another type": lambda: signed(claims(), EC, typ="logout+jwt"),
    "another header": lambda: replaced(signed(claims()), 0, b'{"alg":"ES256","kid":"ec","crit":["x"],"x":1}'),
    "other claims under the same signature": lambda: replaced(
        signed(claims()), 1, json.dumps(claims(agency="nhs-gp")).encode()
    ),
    "no signature": lambda: signed(claims()).rpartition(".")[0] + ".",
    "a signature of zeros": lambda: replaced(signed(claims()), 2, bytes(64)),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_refused(forge: Callable[[], str]) -> None:
    with pytest.raises(TokenRefused, match=f"^{REFUSED}$"):
        verified(forge())


@pytest.mark.parametrize("key", [EC, ED, RSA], ids=["EC", "ED", "RSA"])
@pytest.mark.parametrize("encoding", ["PEM", "DER", "JWK", "a part of it"])
def test_a_public_key_is_nobodys_secret(key: AsymmetricKey, encoding: str) -> None:
    with pytest.raises(TokenRefused):
        verified(confused(claims(), key, encoding))


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b", "a.b.c", "e30.e30.e30", "W10.e30.", "x" * 10_000, "\u1234.\u1234.\u1234", "\ud800", DEEP],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        verified(token)


def test_an_acr_value_that_is_configured_stands_for_a_second_factor() -> None:
    by = verifier(acr=frozenset({"urn:mfa"}))
    assert verified(signed(claims(acr="urn:mfa", amr=None)), by).name == "a.practitioner"
    for acr in ("urn:pwd", ["urn:mfa"], None):
        with pytest.raises(TokenRefused):
            verified(signed(claims(acr=acr, amr=None)), by)


def test_the_claim_that_names_the_user_and_the_audience_can_be_chosen() -> None:
    by = verifier(user_claim="staff_number", audience="https://directory.example.org")
    token = signed(claims(staff_number="S-17", aud="https://directory.example.org"))
    assert verified(token, by).name == "S-17"
    with pytest.raises(TokenRefused):
        verified(signed(claims(aud="https://directory.example.org")), by)


WEAK = RSAKey.generate_key(1024, {"kid": "weak"})


@pytest.mark.parametrize(
    "jwk",
    [
        WEAK.as_dict(private=False),
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
        EC.as_dict(private=True),
        EC.as_dict(private=False) | {"use": "enc"},
        EC.as_dict(private=False) | {"alg": "ECDH-ES"},
        ECKey.generate_key("P-384", {"kid": "p384"}).as_dict(private=False),
        {name: value for name, value in EC.as_dict(private=False).items() if name != "kid"},
        EC.as_dict(private=False) | {"x": "AAAA"},
        {"kty": "AKP", "kid": "new"},
        "ec",
        None,
    ],
)
def test_a_key_that_may_not_verify_is_left_out(jwk: Any) -> None:
    with pytest.raises(BadKeySet):
        read_key_set(json.dumps({"keys": [jwk]}).encode())
    assert set(read_key_set(json.dumps({"keys": [jwk, ED.as_dict(private=False)]}).encode())) == {"ed"}


@pytest.mark.parametrize("document", [b"", b"[]", b"null", b'{"keys": 7}', b'{"keys": []}', b"[" * 100_000])
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    with pytest.raises(BadKeySet):
        read_key_set(document)


def test_a_key_that_states_its_algorithm_verifies_no_other() -> None:
    only = verifier(RSAKey.import_key(RSA.as_dict(private=True) | {"alg": "PS256"}))
    assert verified(signed(claims(), RSA, alg="PS256"), only).name == "a.practitioner"
    with pytest.raises(TokenRefused):
        verified(signed(claims(), RSA, alg="RS256"), only)
