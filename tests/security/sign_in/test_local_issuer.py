"""The issuer of a local stack signs for this machine only, and an API that others can reach never trusts it."""

import asyncio
import json
import stat
from pathlib import Path
from threading import Event

import pytest
from joserfc import jwt

from services.api import server
from services.auth.tokens import (
    KEY_FILE,
    Caller,
    Principal,
    TokenRefused,
    create_issuer_key,
    issue,
    local_verifying_keys,
)
from services.auth.trust import verifier_for
from services.cli.main import main
from services.configuration.private_files import private_folder
from services.configuration.setting_errors import BadSetting, NotConfigured
from services.configuration.settings import Settings, read_settings
from services.local_stack.up import up
from tests.security.sign_in.issuer import EC, an_issuer, claims_of, confused, signed


def stack(folder: Path, **environment: str) -> Settings:
    """A local stack's settings; it has its issuer's key."""
    file = private_folder(folder / "keys") / KEY_FILE
    if not file.exists():
        create_issuer_key(file)
    return read_settings(folder, {f"CONTACTPOINT_{name}": value for name, value in environment.items()})


def verified(settings: Settings, token: str) -> Principal:
    return asyncio.run(verifier_for(settings).verify(token))


@pytest.mark.parametrize(("subject", "kind"), [("agency:nhs-gp", Caller.AGENCY), ("user:a.b", Caller.USER)])
def test_an_issued_token_names_its_principal(tmp_path: Path, subject: str, kind: Caller) -> None:
    settings = stack(tmp_path)
    principal = verified(settings, issue(settings, subject, 60))
    assert (principal.kind, principal.subject) == (kind, subject)


def test_the_key_is_its_owners_alone_and_the_api_holds_the_public_half(tmp_path: Path) -> None:
    settings = stack(tmp_path)
    assert stat.S_IMODE((settings.keys / KEY_FILE).stat().st_mode) == 0o600
    (key,) = local_verifying_keys(settings).values()
    assert not key.key.is_private


@pytest.mark.parametrize("subject", ["user:", "operator:root", "nobody", ":a"])
def test_a_subject_that_names_nobody_is_refused(tmp_path: Path, subject: str) -> None:
    settings = stack(tmp_path)
    with pytest.raises(TokenRefused):
        verified(settings, issue(settings, subject, 60))


def test_no_token_holds_for_longer_than_half_a_day(tmp_path: Path) -> None:
    settings = stack(tmp_path)
    principal = verified(settings, issue(settings, "user:a.b", 10**9))
    claims = jwt.decode(
        issue(settings, "user:a.b", 10**9), next(iter(local_verifying_keys(settings).values())).key
    ).claims
    assert claims["exp"] - claims["iat"] == 12 * 3600
    assert principal.expires == pytest.approx(claims["exp"], abs=60)


def test_another_stacks_token_is_refused(tmp_path: Path) -> None:
    here, there = stack(tmp_path / "here"), stack(tmp_path / "there")
    with pytest.raises(TokenRefused):
        verified(here, issue(there, "user:a.b", 60))
    (key,) = local_verifying_keys(here).values()
    with pytest.raises(TokenRefused):
        verified(here, confused(claims_of("urn:contactpoint:local", sub="user:a.b"), key.key, "PEM"))  # type: ignore[arg-type]


def test_with_an_issuer_the_local_one_is_neither_trusted_nor_used(tmp_path: Path) -> None:
    local = issue(stack(tmp_path), "user:a.b", 60)
    with an_issuer() as issuer:
        settings = stack(tmp_path, ISSUER=issuer.url)
        with pytest.raises(TokenRefused):
            verified(settings, local)
        assert verified(settings, signed(claims_of(issuer.url))).name == "a.practitioner"
    with pytest.raises(NotConfigured, match="CONTACTPOINT_ISSUER names who issues them"):
        issue(settings, "user:a.b", 60)


@pytest.mark.parametrize("content", [None, "", "c2hvcnQ=", "\xff", EC.as_pem(private=False).decode()])
def test_without_a_usable_key_nothing_is_issued(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (private_folder(tmp_path / "keys") / KEY_FILE).write_text(content, encoding="latin-1")
    with pytest.raises(NotConfigured, match="no issuer's key can be read"):
        issue(read_settings(tmp_path, {}), "user:somebody", 60)


ELSEWHERE = ["0.0.0.0", "::", "", "192.0.2.7", "10.0.0.1", "api.example.org", "localhost.example.org", "0", "*"]


@pytest.mark.parametrize("host", ELSEWHERE)
def test_the_api_refuses_to_start_where_others_could_reach_it(tmp_path: Path, host: str) -> None:
    settings = stack(tmp_path, HOST=host, KAFKA="127.0.0.1:1", DATABASE_URL="postgresql://127.0.0.1:1/none")
    create_issuer_key(settings.keys / "key-encryption.key")
    with pytest.raises(NotConfigured, match="CONTACTPOINT_ISSUER"):
        verifier_for(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_on_loopback_the_local_issuer_is_trusted(tmp_path: Path, host: str) -> None:
    assert verifier_for(stack(tmp_path, HOST=host))


def test_elsewhere_it_starts_with_an_issuer(tmp_path: Path) -> None:
    assert verifier_for(stack(tmp_path, HOST="0.0.0.0", ISSUER="https://id.example.org"))


def test_the_apis_process_and_up_say_so_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = private_folder(tmp_path / "keys") / "key-encryption.key"
    key.write_text("A" * 43 + "=")
    settings = stack(tmp_path, HOST="0.0.0.0", KAFKA="127.0.0.1:1", DATABASE_URL="postgresql://127.0.0.1:1/none")
    with pytest.raises(NotConfigured, match="for loopback only"):
        server.run(settings, Event())
    assert up(settings) == 3
    assert "CONTACTPOINT_ISSUER" in capsys.readouterr().err
    assert not (tmp_path / "stack.json").exists()


def test_up_speaks_plain_http_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert up(stack(tmp_path, TLS_CERT="cert.pem", TLS_KEY="key.pem")) == 3
    assert "CONTACTPOINT_TLS_CERT" in capsys.readouterr().err


BAD: list[dict[str, str]] = [
    {"ISSUER": "id.example.org"},
    {"ISSUER": "http://id.example.org"},
    {"ISSUER": "https://"},
    {"ISSUER": "https://user:word@id.example.org"},
    {"ISSUER": "https://id.example.org/?tenant=1"},
    {"ISSUER": "https://id.example.org:99999999"},
    {"ISSUER": "https://id.example.org/ x"},
    {"ISSUER": "file:///etc/passwd"},
    {"AUDIENCE": "two words"},
    {"USER_CLAIM": "na\u00efve"},
    {"TLS_CERT": "cert.pem"},
    {"TLS_KEY": "key.pem"},
    {"TLS_CLIENT_CA": "ca.pem"},
]


@pytest.mark.parametrize("environment", BAD, ids=lambda given: "-".join(*given.items()))
def test_a_setting_that_cannot_be_read_is_named_without_its_value(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match="CONTACTPOINT_") as refused:
        stack(tmp_path, **environment)
    assert "word" not in str(refused.value)


def test_more_hours_than_a_token_may_hold_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "a.b", "--hours", "13", "--data", str(tmp_path)]) == 2
    assert "12 hours" in capsys.readouterr().err


def test_a_token_is_in_no_error_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issue(stack(tmp_path), "user:a.b", 60)
    monkeypatch.setenv("CONTACTPOINT_URL", "http://127.0.0.1:1")
    for given in (token, token + "\u00e9"):
        monkeypatch.setenv("CONTACTPOINT_TOKEN", given)
        assert main(["show", "0", "--reason", "a test asks", "--data", str(tmp_path)]) in (2, 3)
        captured = capsys.readouterr()
        assert token[:20] not in captured.err + captured.out
        assert json.dumps(captured.out) == '""'
