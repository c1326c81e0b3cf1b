"""The deployment file: what the compose specification allows, and what this product promises of it."""

import json
import os
import re
import subprocess
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from psycopg2.extensions import make_dsn, parse_dsn

from services.api.limits.connections import MOST_CONNECTIONS
from services.api.limits.middleware import LARGEST_BODY
from services.cli.parser import parser_for
from services.cli.verbs import agencies
from services.local_stack.kafka_security import ADMIN_USER
from services.local_stack.kafka_server import kafka_program
from services.local_stack.ports import remembered_ports
from services.local_stack.postgres_server import postgres_program
from services.local_stack.program import running
from services.runtime import roles as runtime
from streams.kafka.admin.rights import AclsRefused, grant_agencies, grant_services, new_password
from streams.kafka.admin.topics import ensure_topics
from streams.kafka.rights import agency_user, service_user
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.store.rights import grant_rights, role_name
from streams.store.schema import migrate, shipped
from tests.conftest import administer
from tests.support.certificates import Authority

ROOT = Path(__file__).parents[2]
SERVERS = {"kafka": "/var/lib/kafka/data", "postgres": "/var/lib/postgresql"}
PROXY = "proxy"
ROLES = [role for role in runtime.ROLES if role != "init"]
TRIAL = {"certificates", "issuer", "try-agencies", "try-users"}
"""What comes along with `--profile try` alone."""
WATCH = "kafka-rights"
"""What ends the Kafka rights of suspended agencies."""
ADMINISTERING = {"init", WATCH}
"""What signs in to Kafka as who grants rights there, and to Postgres as the owner of the tables."""
KAFKAS_CA = "/etc/contactpoint/kafka-ca.pem"
KEYS = "/var/lib/contactpoint/keys"
PUBLICATION = "/var/lib/contactpoint/publication"
CHECKPOINT = "/var/lib/contactpoint/checkpoint"


@cache
def compose() -> dict[str, Any]:
    """The deployment file with its anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def service(name: str) -> dict[str, Any]:
    """One service of the deployment."""
    found: dict[str, Any] = compose()["services"][name]
    return found


def mounts(name: str) -> dict[str, str]:
    """Where a service mounts which named volume: path → volume."""
    pairs = [mount.split(":") for mount in service(name).get("volumes", [])]
    return {parts[1]: parts[0] for parts in pairs}


def follows_the_specification(document: dict[str, Any]) -> bool:
    """Whether the compose specification's own JSON schema takes the document."""
    from check_jsonschema.builtin_schemas import (
        get_builtin_schema,
    )  # both take seconds, in the one worker that runs this
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(get_builtin_schema("vendor.compose-spec"))
    return validator.is_valid(json.loads(json.dumps(document)))


def test_follows_the_compose_specification() -> None:
    assert follows_the_specification(compose())


@pytest.mark.parametrize("mistake", [{"helthcheck": {}}, {"restart": ["always"]}, {"ports": "8080"}])
def test_a_mistake_in_a_service_is_seen(mistake: dict[str, Any]) -> None:
    document = deepcopy(compose())
    document["services"]["api"] |= mistake
    assert not follows_the_specification(document)


def test_every_role_is_a_container_of_its_own_and_there_are_no_others() -> None:
    assert set(compose()["services"]) == {*SERVERS, *ROLES, *ADMINISTERING, PROXY, *TRIAL}
    assert {name for name, spec in compose()["services"].items() if spec.get("profiles") == ["try"]} == TRIAL
    assert not [name for name, spec in compose()["services"].items() if "profiles" in spec and name not in TRIAL]


@pytest.mark.parametrize("role", [*ROLES, "init"])
def test_a_container_runs_its_role(role: str) -> None:
    assert service(role)["command"] == ["run", role]


def test_a_container_of_its_own_ends_the_kafka_rights_of_who_is_suspended() -> None:
    watch = service(WATCH)
    assert watch["command"] == ["agencies", "rights", "--watch"]
    verb, *rest = watch["command"]
    parser = parser_for(verb, "")
    agencies.describe(parser)
    parsed = parser.parse_args(rest)
    assert (parsed.subcommand, parsed.watch) == ("rights", True)
    signing_in = {name: value for name, value in watch["environment"].items() if "SASL" in name or "PG" in name}
    assert signing_in.items() <= service("init")["environment"].items()
    assert watch["environment"]["CONTACTPOINT_KAFKA_ACLS"] == "true"
    assert "volumes" not in watch


@pytest.mark.parametrize("name", [*SERVERS, *ROLES, WATCH, PROXY])
def test_what_runs_long_comes_back_and_says_how_it_is(name: str) -> None:
    assert service(name)["restart"] == "unless-stopped"
    assert service(name)["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "start_period", "retries"} <= set(service(name)["healthcheck"])


@pytest.mark.parametrize("role", [*ROLES, WATCH])
def test_a_role_starts_when_the_servers_are_healthy_and_everything_is_created(role: str) -> None:
    assert service(role)["depends_on"] == {
        "init": {"condition": "service_completed_successfully"},
        "kafka": {"condition": "service_healthy"},
        "postgres": {"condition": "service_healthy"},
    }


def test_creating_runs_once_and_does_not_wait_for_itself() -> None:
    assert service("init")["restart"] == "no"
    assert set(service("init")["depends_on"]) == set(SERVERS)


@pytest.mark.parametrize("name", SERVERS)
def test_data_outlives_its_container(name: str) -> None:
    volume = mounts(name)[SERVERS[name]]
    assert volume in compose()["volumes"]


def test_keys_lie_in_a_volume_that_only_init_may_write_and_the_relay_never_sees() -> None:
    assert service("registrar")["environment"]["CONTACTPOINT_KEYS"] == KEYS
    with_keys = {name: spec["volumes"] for name, spec in compose()["services"].items() if KEYS in mounts(name)}
    assert with_keys == {
        "init": [f"keys:{KEYS}", f"publication-key:{PUBLICATION}", f"checkpoint-key:{CHECKPOINT}"],
        "registrar": [f"keys:{KEYS}:ro"],
        "projector": [f"keys:{KEYS}:ro", f"publication-key:{PUBLICATION}:ro"],
        "api": [f"keys:{KEYS}:ro"],
        "try-users": [f"keys:{KEYS}:ro"],
    }
    assert "keys" in compose()["volumes"]


def test_only_who_publishes_and_who_reads_the_logs_see_the_publication_key() -> None:
    for role in (*ROLES, "init"):
        assert service(role)["environment"]["CONTACTPOINT_PUBLICATION_KEY"] == f"{PUBLICATION}/publication.key"
    seeing = {name for name, spec in compose()["services"].items() if PUBLICATION in mounts(name)}
    assert seeing == {"init", "relay", "projector"}
    assert service("relay")["volumes"] == [f"publication-key:{PUBLICATION}:ro", f"checkpoint-key:{CHECKPOINT}:ro"]
    assert "publication-key" in compose()["volumes"]


def test_only_the_relay_signs_checkpoints() -> None:
    for role in (*ROLES, "init"):
        assert service(role)["environment"]["CONTACTPOINT_CHECKPOINT_KEY"] == f"{CHECKPOINT}/checkpoint.key"
    assert {name for name in compose()["services"] if CHECKPOINT in mounts(name)} == {"init", "relay"}
    assert "checkpoint-key" in compose()["volumes"]


def test_no_topic_appears_by_itself() -> None:
    assert service("kafka")["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_api_believes_an_issuer_that_has_to_be_named() -> None:
    assert service("api")["environment"]["CONTACTPOINT_HOST"] == "0.0.0.0"
    for role in (*ROLES, *ADMINISTERING):
        assert service(role)["environment"]["CONTACTPOINT_ISSUER"].startswith("${CONTACTPOINT_ISSUER:?")


@pytest.mark.parametrize("role", [*ROLES, *sorted(ADMINISTERING)])
def test_a_role_signs_in_to_kafka_over_tls_as_its_own_user(role: str) -> None:
    environment = service(role)["environment"]
    user, password = (environment[f"CONTACTPOINT_KAFKA_SASL_{part}"] for part in ("USERNAME", "PASSWORD"))
    assert environment["CONTACTPOINT_KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
    assert user == (ADMIN_USER if role in ADMINISTERING else service_user(role))
    name = "ADMIN" if role in ADMINISTERING else role.upper()
    assert password.startswith(f"${{CONTACTPOINT_KAFKA_{name}_PASSWORD:?")
    assert environment["CONTACTPOINT_KAFKA_SSL_CAFILE"] == KAFKAS_CA
    assert service(role)["configs"] == [{"source": "kafka-ca", "target": KAFKAS_CA}]


def test_no_listener_of_kafka_lets_anybody_in_without_a_password() -> None:
    protocols = service("kafka")["environment"]["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")
    assert [each.partition(":")[2] for each in protocols] == ["SASL_SSL", "SASL_PLAINTEXT"]
    assert "CONTROLLER://localhost:" in service("kafka")["environment"]["KAFKA_LISTENERS"]


def properties_of_kafka(values: dict[str, str], changes: dict[str, str]) -> dict[str, str]:
    """The broker's properties as its image makes them of the environment, with `changes` for this machine."""
    text = {
        name.removeprefix("KAFKA_").lower().replace("_", ".").replace("...", "-").replace("..", "_"): str(value)
        for name, value in service("kafka")["environment"].items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    }
    filled = {name: re.sub(r"\$\{(\w+):[^}]*\}", lambda found: values[found[1]], value) for name, value in text.items()}
    assert changes.keys() <= filled.keys()
    return filled | changes


def test_a_broker_with_these_settings_knows_its_users_and_gives_them_only_their_rights(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.signs("kafka")
    (tmp_path / "kafka.pem").write_bytes(key.read_bytes() + certificate.read_bytes())
    ports = remembered_ports(tmp_path / "ports.json", ("kafka", "controller"))
    broker, controller = ports["kafka"], ports["controller"]
    program, plain = kafka_program(tmp_path / "kafka", tmp_path / "kafka.log", broker, controller)
    values = {f"CONTACTPOINT_KAFKA_{who}_PASSWORD": f"of{who}" for who in ("BROKER", "ADMIN", *map(str.upper, ROLES))}
    properties = properties_of_kafka(
        values,
        {
            "controller.quorum.voters": f"1@localhost:{controller}",
            "listeners": f"BROKER://127.0.0.1:{broker},CONTROLLER://localhost:{controller}",
            "advertised.listeners": f"BROKER://127.0.0.1:{broker}",
            "log.dirs": "log",
            "listener.name.broker.ssl.keystore.location": str(tmp_path / "kafka.pem"),
            "listener.name.broker.ssl.truststore.location": str(authority.file),
        },
    )
    lines = "".join(f"{name}={value}\n" for name, value in properties.items())
    (tmp_path / "kafka/server.properties").write_text(lines)

    def signed_in(user: str, password: str) -> KafkaSettings:
        user_and_password = {"sasl_mechanism": "PLAIN", "sasl_username": user, "sasl_password": password}
        return replace(
            plain, security_protocol="SASL_SSL", ssl_cafile=str(authority.file), acls=True, **user_and_password
        )

    with running(program):
        admin = signed_in(ADMIN_USER, "ofADMIN")
        ensure_topics(admin, ["gp"])
        grant_services(admin)
        grant_agencies(admin, ["gp"])
        assert new_password(admin, agency_user("gp"))
        ensure_topics(signed_in(service_user("relay"), "ofRELAY"), ["gp"])
        for role in ROLES:
            with pytest.raises(AclsRefused):
                grant_services(signed_in(service_user(role), f"of{role.upper()}"))
        for stranger in (plain, signed_in(ADMIN_USER, "ofRELAY"), signed_in(agency_user("gp"), "")):
            with pytest.raises(KafkaAway):
                ensure_topics(stranger, ())


def test_only_the_proxy_is_published_and_only_on_loopback() -> None:
    published = {name: spec["ports"] for name, spec in compose()["services"].items() if "ports" in spec}
    assert list(published) == [PROXY, "issuer"]
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_proxy_stands_before_the_api_and_bounds_slow_clients_and_addresses() -> None:
    (config,) = service(PROXY)["configs"]
    assert config["target"] == "/usr/local/etc/haproxy/haproxy.cfg"
    lines = [line.strip() for line in (ROOT / compose()["configs"][PROXY]["file"]).read_text().splitlines()]
    assert {"bind :8080", "timeout http-request 15s", "timeout client 60s", "option http-buffer-request"} <= set(lines)
    assert "tcp-request connection track-sc0 src" in lines
    assert any(re.fullmatch(r"tcp-request connection reject if \{ sc0_conn_cur gt \d+ \}", line) for line in lines)
    assert f"http-request deny deny_status 413 if {{ req.body_size gt {LARGEST_BODY} }}" in lines
    (server,) = (line for line in lines if line.startswith("server"))
    assert server.split()[3] == f"api:{service('api')['environment']['CONTACTPOINT_PORT']}"
    assert int(server.split(" maxconn ")[1].split()[0]) < MOST_CONNECTIONS
    assert not any(line.startswith("log ") for line in lines)


def test_images_are_pinned_and_can_be_named_by_digest() -> None:
    stated = {spec["image"] for spec in compose()["services"].values()} - {"contactpoint:0.1.0"}
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    stated.add(service("api")["build"]["args"]["PYTHON_IMAGE"])
    images = {re.fullmatch(r"\$\{CONTACTPOINT_\w+_IMAGE:-(\S+:\d\S*)\}", image)[1] for image in stated}  # type: ignore[index]
    assert images == {"apache/kafka:4.3.1", "postgres:18", "haproxy:3.2", "quay.io/keycloak/keycloak:26.3", base}


def test_the_command_that_pins_the_images_names_each_and_writes_what_compose_reads(tmp_path: Path) -> None:
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"```\n(for each in KAFKA=.*?)```", operations, re.DOTALL)
    registry = tmp_path / "docker"
    registry.write_text('#!/bin/sh\n[ "$6" != "$REFUSED" ] && echo "sha256:of $*"\n', encoding="utf-8")
    registry.chmod(0o755)

    def written(refused: str) -> dict[str, str]:
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "REFUSED": refused}
        (tmp_path / ".env").write_text("", encoding="utf-8")
        subprocess.run(["sh", "-ec", command], cwd=tmp_path, env=environment, check=True)
        lines = (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    named = dict(
        re.findall(r"\$\{(CONTACTPOINT_\w+_IMAGE):-(\S+?)\}", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    )
    ask = "buildx imagetools inspect --format {{.Manifest.Digest}}"
    assert written("") == {name: f"{image}@sha256:of {ask} {image}" for name, image in named.items()}
    assert list(written("haproxy:3.2")) == ["CONTACTPOINT_KAFKA_IMAGE", "CONTACTPOINT_POSTGRES_IMAGE"]


@pytest.mark.parametrize("role", [*ROLES, *sorted(ADMINISTERING)])
def test_a_role_signs_in_to_postgres_as_itself_with_a_password_from_outside(role: str) -> None:
    environment = service(role)["environment"]
    user = "init" if role in ADMINISTERING else role
    assert environment["CONTACTPOINT_DATABASE_URL"] == f"postgresql://{role_name(user)}@postgres:5432/contactpoint"
    password = f"${{CONTACTPOINT_POSTGRES_{user.upper()}_PASSWORD:?"
    assert environment["PGPASSWORD"].startswith(password)
    assert service("postgres")["environment"][f"CONTACTPOINT_POSTGRES_{user.upper()}_PASSWORD"].startswith(password)
    of_others = [name for name in environment if "POSTGRES" in name]
    assert of_others == []


def test_no_role_has_the_password_of_the_databases_administrator() -> None:
    with_it = [name for name, spec in compose()["services"].items() if "{POSTGRES_PASSWORD" in str(spec)]
    assert with_it == ["postgres"]


def test_a_new_database_gets_the_roles_and_their_passwords_as_its_image_makes_them(tmp_path: Path) -> None:
    port = remembered_ports(tmp_path / "ports.json", ("postgres",))["postgres"]
    program, url = postgres_program(tmp_path / "postgres", tmp_path / "postgres.log", port)
    scripts = {
        config["target"]: compose()["configs"][config["source"]]["file"] for config in service("postgres")["configs"]
    }
    first, second = (ROOT / scripts[target] for target in sorted(scripts))
    assert all(target.startswith("/docker-entrypoint-initdb.d/") for target in scripts)
    passwords = {f"CONTACTPOINT_POSTGRES_{role.upper()}_PASSWORD": f"of{role}" for role in (*ROLES, "init")}
    with running(program):
        address = parse_dsn(url)
        as_administrator = {
            "PGHOST": address["host"],
            "PGPORT": address["port"],
            "PGPASSWORD": address["password"],
            "POSTGRES_USER": address["user"],
            "POSTGRES_DB": address["dbname"],
            "PATH": f"{Path(program.command[0]).parent}:{os.environ['PATH']}",
        }
        administer(url, first.read_text(encoding="utf-8"))
        subprocess.run([second], env=as_administrator | passwords, check=True)
        initialised = make_dsn(**{**address, "user": role_name("init"), "password": "ofinit"})
        migrate(initialised)
        grant_rights(initialised)
        for role in ROLES:
            own = {**address, "user": role_name(role), "password": f"of{role}"}
            with closing(psycopg2.connect(make_dsn(**own))) as connection, connection.cursor() as cursor:
                cursor.execute("select count(*) from store.migrations")
                assert cursor.fetchone() == (len(shipped()),)
            with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
                psycopg2.connect(make_dsn(**own | {"password": "ofinit"}))


@pytest.mark.parametrize("role", [*ROLES, *sorted(ADMINISTERING), PROXY])
def test_our_containers_run_without_privileges(role: str) -> None:
    assert service(role)["cap_drop"] == ["ALL"]
    assert service(role)["security_opt"] == ["no-new-privileges:true"]


def test_what_the_image_is_made_of_is_sent_to_its_builder() -> None:
    """Of a folder that is left out, Docker builds nothing."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {source for line in lines if line.startswith("COPY ") for source in line.split()[1:-1]}
    first, *others = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    sent = {each[1:] for each in others if each.startswith("!")}
    assert first == "*"
    assert copied == sent
    assert all((ROOT / each).exists() for each in copied)


def test_every_folder_of_keys_is_made_in_the_image_for_who_runs_there() -> None:
    """A volume takes over the owner of the folder on which it is mounted; without one it would be root's."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (made,) = re.findall(r"install --directory --owner contactpoint --mode 0700 (.*)$", text, re.MULTILINE)
    assert set(made.split()) == set(mounts("init")) == {KEYS, PUBLICATION, CHECKPOINT}


def test_our_image_is_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users[-1] not in ("root", "0")
