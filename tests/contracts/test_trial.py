"""Trying the deployment: passwords by one command, certificates, an issuer with fictional users whom we know.

No container runs here: what is tested is what each of them is given.
"""

import json
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from domain.authorization import Role
from services.configuration.environment import read_environment
from services.configuration.setting_errors import BadSetting
from services.configuration.sign_in import DEFAULT_AUDIENCE, PagesClient, is_safe_url
from services.registers.agencies import read_agencies_file
from services.registers.users import read_users_file
from tests.support.containers import refuse_wrong_command, refuse_wrong_environment
from tests.support.tree import ROOT

TRY = ROOT / "deploy/try"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: spec for name, spec in COMPOSE["services"].items() if spec["image"].startswith("contactpoint:")}


ISSUER = "https://issuer.localhost:8443/realms/contactpoint"


def made(folder: Path, *arguments: str) -> dict[str, str]:
    """What the command writes into .env."""
    run = ["sh", str(ROOT / "deploy/env.sh"), *arguments]
    subprocess.run(run, cwd=folder, check=True, capture_output=True, env={"PATH": os.environ["PATH"]})
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def asked_for(document: Any) -> set[str]:
    """Variables without which compose does not start."""
    return set(re.findall(r"(?<!\$)\$\{(\w+):\?", json.dumps(document)))


def test_one_command_writes_all_that_the_trial_asks_for(tmp_path: Path) -> None:
    written = made(tmp_path, "--try")
    assert asked_for(COMPOSE) <= written.keys()
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert (tmp_path / written["CONTACTPOINT_KAFKA_TLS"]).is_dir()
    secrets = [value for name, value in written.items() if name.endswith(("PASSWORD", "SECRET"))]
    assert len(set(secrets)) == len(secrets) > 12
    assert all(re.fullmatch(r"[0-9a-f]{48}", secret) for secret in secrets)
    named = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert written.keys() <= named
    assert made(tmp_path, "--try") == written


def test_for_real_it_chooses_nothing_but_secrets_and_says_what_is_left(tmp_path: Path) -> None:
    written = made(tmp_path)
    assert asked_for(COMPOSE) - written.keys() == {"CONTACTPOINT_ISSUER", "CONTACTPOINT_KAFKA_TLS"}
    (tmp_path / ".env").write_text(
        "CONTACTPOINT_ISSUER=https://id.example.org\nPOSTGRES_PASSWORD=own\n", encoding="utf-8"
    )
    again = subprocess.run(
        ["sh", str(ROOT / "deploy/env.sh")], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert "CONTACTPOINT_KAFKA_TLS" in again.stdout
    assert "CONTACTPOINT_ISSUER" not in again.stdout
    assert made(tmp_path)["POSTGRES_PASSWORD"] == "own"
    with pytest.raises(subprocess.CalledProcessError):
        made(tmp_path, "--real")


def refused(folder: Path, *arguments: str) -> str:
    """Why the command writes nothing."""
    before = (folder / ".env").read_bytes()
    run = ["sh", str(ROOT / "deploy/env.sh"), *arguments]
    done = subprocess.run(run, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert (folder / ".env").read_bytes() == before
    assert not (folder / "tls").exists()
    return done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "CONTACTPOINT_ISSUER=https://id.example.org\n",
        'CONTACTPOINT_ISSUER="https://id.example.org"\n',
        f"CONTACTPOINT_ISSUER={ISSUER}\nexport CONTACTPOINT_ISSUER=https://id.example.org\n",
        f"CONTACTPOINT_ISSUER={ISSUER}.example.org\n",
        "POSTGRES_PASSWORD=own\n",
    ],
)
def test_settings_of_a_trial_are_not_added_to_those_of_a_real_deployment(text: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert "is not that of a trial" in refused(tmp_path, "--try")


def test_a_real_deployment_does_not_begin_with_the_settings_of_a_trial(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("", encoding="utf-8")
    made(tmp_path, "--try")
    (tmp_path / "tls").rmdir()
    assert "is that of a trial" in refused(tmp_path)
    (tmp_path / ".env").write_text("CONTACTPOINT_TRY_USER_PASSWORD=x\n", encoding="utf-8")
    assert "is that of a trial" in refused(tmp_path)


def started(name: str, program: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What a container does that starts with this environment, `program` being the one in its image."""
    words = [word.replace("$$", "$") for word in COMPOSE["services"][name]["entrypoint"][:-1]]
    run = [*words, str(program), "word"]
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(run, env=path | environment, check=False, capture_output=True, text=True)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    made = tmp_path / "program"
    made.write_text('#!/bin/sh\necho "ran $*"\n', encoding="utf-8")
    made.chmod(0o755)
    return made


@pytest.mark.parametrize("name", ["try-agencies", "try-users"])
def test_fictional_people_enter_no_register_of_another_issuer(name: str, program: Path) -> None:
    assert COMPOSE["services"][name]["entrypoint"][-1] == "contactpoint"
    assert started(name, program, {"CONTACTPOINT_ISSUER": ISSUER}).stdout == "ran word\n"
    for other in ("https://id.example.org/issuer.localhost:8443/", "https://issuer.localhost:8443.example.org/", ""):
        done = started(name, program, {"CONTACTPOINT_ISSUER": other})
        assert (done.returncode, done.stdout) == (1, "")
        assert "no fictional agency or user is added" in done.stderr


@pytest.mark.parametrize("acr", ["0 1", "1", "urn:mfa 0"])
def test_no_other_issuer_may_say_that_a_password_alone_is_a_second_factor(acr: str) -> None:
    for issuer in ("https://id.example.org/realms/contactpoint", "https://issuer.localhost.example.org", None):
        given = {"CONTACTPOINT_ACR": acr} | ({"CONTACTPOINT_ISSUER": issuer} if issuer else {})
        with pytest.raises(BadSetting, match=r"^CONTACTPOINT_ACR may not have 0 or 1"):
            read_environment(given)
    trial = read_environment({"CONTACTPOINT_ACR": acr, "CONTACTPOINT_ISSUER": ISSUER})
    assert trial.sign_in().acr == set(acr.split())
    real = {"CONTACTPOINT_ACR": "urn:mfa 2", "CONTACTPOINT_ISSUER": "https://id.example.org"}
    assert read_environment(real).sign_in().acr == {"urn:mfa", "2"}


def test_the_trials_issuer_does_not_start_with_an_empty_password(program: Path) -> None:
    given = COMPOSE["services"]["issuer"]["environment"]
    secrets = [name for name, value in given.items() if str(value).startswith("${")]
    assert len(secrets) == 4
    filled = dict.fromkeys(secrets, "secret")
    assert started("issuer", program, filled).stdout == "ran word\n"
    for name in secrets:
        done = started("issuer", program, filled | {name: ""})
        assert done.returncode != 0
        assert done.stdout == ""
        assert name in done.stderr


def names_shown(authority: Path, chain: Path, key: Path | None, host: str) -> bool:
    """Whether a client that trusts the authority believes a server with that certificate to be this host."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain, key)
    asking = ssl.create_default_context(cafile=str(authority))
    asking.verify_flags |= ssl.VERIFY_X509_STRICT
    one, other = socket.socketpair()

    def serve() -> None:
        try:
            serving.wrap_socket(one, server_side=True).close()
        except OSError:
            one.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        asking.wrap_socket(other, server_hostname=host).close()
        return True
    except ssl.SSLCertVerificationError:
        return False
    finally:
        other.close()
        thread.join()


def test_the_certificates_are_those_of_kafka_and_of_the_issuer(tmp_path: Path) -> None:
    command = [sys.executable, TRY / "certificates.py", tmp_path]
    subprocess.run(command, check=True)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert files.keys() == {"ca.pem", "kafka.pem", "issuer.pem", "issuer.key"}
    subprocess.run(command, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files
    authority = tmp_path / "ca.pem"
    assert names_shown(authority, tmp_path / "kafka.pem", None, "kafka")
    assert names_shown(authority, tmp_path / "issuer.pem", tmp_path / "issuer.key", "issuer.localhost")
    assert not names_shown(authority, tmp_path / "kafka.pem", None, "issuer.localhost")


@pytest.fixture(scope="module")
def realm() -> dict[str, Any]:
    """What the issuer begins with."""
    loaded: dict[str, Any] = json.loads((TRY / "realm.json").read_text(encoding="utf-8"))
    return loaded


def test_the_issuer_is_named_alike_to_all_who_meet_it(realm: dict[str, Any], tmp_path: Path) -> None:
    written, issuer = made(tmp_path, "--try"), COMPOSE["services"]["issuer"]
    (host,) = issuer["networks"]["default"]["aliases"]
    address = next(each.partition("=")[2] for each in issuer["command"] if each.startswith("--hostname="))
    assert address == f"https://{host}:8443"
    assert written["CONTACTPOINT_ISSUER"] == f"{address}/realms/{realm['realm']}"
    assert is_safe_url(written["CONTACTPOINT_ISSUER"])
    (pages,) = (each for each in realm["clients"] if each["clientId"] == written["CONTACTPOINT_CLIENT_ID"])
    client = PagesClient(written["CONTACTPOINT_PAGES_URL"], pages["clientId"], "", "openid")
    assert pages["redirectUris"] == [client.redirect]
    given = re.findall(r"\$\{(\w+)\}", json.dumps(realm))
    assert set(given) <= issuer["environment"].keys()


def test_every_token_is_for_the_api_and_only_agencies_have_the_claim_of_one(realm: dict[str, Any]) -> None:
    agencies = {each.code for each in read_agencies_file(TRY / "agencies.yaml")}
    claimed = set()
    for client in realm["clients"]:
        mappers = {each["name"]: each["config"] for each in client["protocolMappers"]}
        assert mappers["audience"]["included.custom.audience"] == DEFAULT_AUDIENCE
        assert not client["publicClient"]
        assert not client["directAccessGrantsEnabled"]
        assert client["standardFlowEnabled"] is not client["serviceAccountsEnabled"]
        assert ("agency" in mappers) is client["serviceAccountsEnabled"]
        if "agency" in mappers:
            claimed.add(mappers["agency"]["claim.value"])
    assert claimed == agencies


def test_there_is_a_user_of_each_role_whom_both_know_and_none_has_a_password_in_the_file(realm: dict[str, Any]) -> None:
    users = read_users_file(TRY / "users.yaml")
    assert [each.role for each in users] == [*dict.fromkeys(each.role for each in users)]
    assert {each.role for each in users} == set(Role)
    assert {each.user for each in users} == {each["username"] for each in realm["users"]}
    for each in realm["users"]:
        assert [one["value"] for one in each["credentials"]] == ["${CONTACTPOINT_TRY_USER_PASSWORD}"]
        assert each["email"].endswith("@example.org")


@pytest.mark.parametrize("name", [name for name, spec in OURS.items() if spec["command"]])
def test_our_program_takes_each_command_and_variable_of_a_container(name: str) -> None:
    files = {each["target"]: COMPOSE["configs"][each["source"]]["file"] for each in OURS[name]["configs"]}
    refuse_wrong_command([str(ROOT / files[word]) if word in files else word for word in OURS[name]["command"]])
    refuse_wrong_environment(OURS[name]["environment"])


def test_a_wrong_command_or_variable_is_seen() -> None:
    for command in (["run", "registrars"], ["runs"], ["agencies", "add"], ["run", "api", "--fast"]):
        with pytest.raises((SystemExit, KeyError)):
            refuse_wrong_command(command)
    for environment in ({"CONTACTPOINT_KAFKAS": "x"}, {"CONTACTPOINT_PORT": "many"}, {"KAFKA": "x"}):
        with pytest.raises((AssertionError, BadSetting, ValidationError)):
            refuse_wrong_environment(environment)


def test_what_is_for_trying_says_so_where_it_runs() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    command = "sh deploy/env.sh --try && docker compose --profile try run --build --rm certificates"
    assert command in text
    assert command in (ROOT / "compose.yaml").read_text(encoding="utf-8")
