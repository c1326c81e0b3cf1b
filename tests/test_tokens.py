"""Tokens prove who calls, or are refused."""

import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from services.private_files import private_folder, secret
from services.settings import NotConfigured, Settings, read_settings
from services.tokens import AUDIENCE, ISSUER, Caller, TokenRefused, issue, read_key, verify


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    secret(private_folder(tmp_path / "keys") / "token.key")
    return read_settings(tmp_path, {})


def signed(key: OctKey, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token with other claims than `issue` would give it; a claim that is None is left out."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user:somebody", "iat": now, "exp": now + 60} | changes
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header or {"alg": "HS256"}, given, key, algorithms=["HS256", "HS512", "none"])


def test_an_issued_token_names_its_principal(settings: Settings) -> None:
    principal = verify(read_key(settings), issue(settings, "agency:nhs-gp", 60))
    assert (principal.kind, principal.name, principal.subject) == (Caller.AGENCY, "nhs-gp", "agency:nhs-gp")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"iat": int(time.time()) + 600},
        {"aud": "urn:somebody:else"},
        {"aud": None},
        {"iss": "urn:somebody:else"},
        {"sub": "user:"},
        {"sub": "operator:root"},
        {"sub": None},
    ],
    ids=lambda changes: "-".join(f"{name}-{value}" for name, value in changes.items()),
)
def test_a_token_with_a_wrong_claim_is_refused(settings: Settings, changes: dict[str, Any]) -> None:
    key = read_key(settings)
    with pytest.raises(TokenRefused):
        verify(key, signed(key, **changes))


def test_a_forged_token_is_refused(settings: Settings) -> None:
    with pytest.raises(TokenRefused):
        verify(read_key(settings), signed(OctKey.import_key(b"x" * 32)))


def test_another_algorithm_is_refused(settings: Settings) -> None:
    key = read_key(settings)
    for header in ({"alg": "HS512"}, {"alg": "none"}):
        with pytest.raises(TokenRefused):
            verify(key, signed(key, header))


@pytest.mark.parametrize("token", ["", ".", "a.b", "a.b.c", "x" * 10_000, "\u1234.\u1234.\u1234", "\ud800"])
def test_what_is_no_token_is_refused(settings: Settings, token: str) -> None:
    with pytest.raises(TokenRefused):
        verify(read_key(settings), token)


@pytest.mark.parametrize("content", [None, "", "c2hvcnQ=", "\xff"])
def test_without_a_usable_key_nothing_is_issued(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (private_folder(tmp_path / "keys") / "token.key").write_text(content, encoding="latin-1")
    with pytest.raises(NotConfigured):
        issue(read_settings(tmp_path, {}), "user:somebody", 60)
