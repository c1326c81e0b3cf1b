"""The deployment file: what the compose specification allows, and what this product promises of it."""

import json
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from services import runtime

ROOT = Path(__file__).parent.parent
SERVERS = {"kafka": "/var/lib/kafka/data", "postgres": "/var/lib/postgresql"}
ROLES = [role for role in runtime.ROLES if role != "init"]
KEYS = "/var/lib/contactpoint/keys"


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
    validator = jsonschema.Draft202012Validator(get_builtin_schema("vendor.compose-spec"))
    return validator.is_valid(json.loads(json.dumps(document)))


def test_follows_the_compose_specification() -> None:
    assert follows_the_specification(compose())


@pytest.mark.parametrize("mistake", [{"helthcheck": {}}, {"restart": ["always"]}, {"ports": "8080"}])
def test_a_mistake_in_a_service_is_seen(mistake: dict[str, Any]) -> None:
    document = deepcopy(compose())
    document["services"]["api"] |= mistake
    assert not follows_the_specification(document)


def test_every_role_is_a_container_of_its_own_and_there_are_no_others() -> None:
    assert set(compose()["services"]) == {*SERVERS, *ROLES, "init"}


@pytest.mark.parametrize("role", [*ROLES, "init"])
def test_a_container_runs_its_role(role: str) -> None:
    assert service(role)["command"] == ["run", role]


@pytest.mark.parametrize("name", [*SERVERS, *ROLES])
def test_what_runs_long_comes_back_and_says_how_it_is(name: str) -> None:
    assert service(name)["restart"] == "unless-stopped"
    assert service(name)["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "start_period", "retries"} <= set(service(name)["healthcheck"])


@pytest.mark.parametrize("role", ROLES)
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
        "init": [f"keys:{KEYS}"],
        "registrar": [f"keys:{KEYS}:ro"],
        "projector": [f"keys:{KEYS}:ro"],
        "api": [f"keys:{KEYS}:ro"],
    }
    assert "keys" in compose()["volumes"]


def test_no_topic_appears_by_itself() -> None:
    assert service("kafka")["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_only_the_api_is_published_and_only_on_loopback() -> None:
    published = {name: spec["ports"] for name, spec in compose()["services"].items() if "ports" in spec}
    assert list(published) == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in published["api"])


def test_images_are_pinned() -> None:
    images = {spec["image"] for spec in compose()["services"].values()}
    base = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert all(re.search(r":\d", image) for image in [*images, *base])
    assert {"apache/kafka:4.3.1", "postgres:18"} < images


def test_the_database_password_comes_from_outside() -> None:
    asked = re.compile(r"^\$\{POSTGRES_PASSWORD:\?.+\}$")
    assert asked.match(service("postgres")["environment"]["POSTGRES_PASSWORD"])
    assert all(asked.match(service(role)["environment"]["PGPASSWORD"]) for role in [*ROLES, "init"])


@pytest.mark.parametrize("role", [*ROLES, "init"])
def test_our_containers_run_without_privileges(role: str) -> None:
    assert service(role)["cap_drop"] == ["ALL"]
    assert service(role)["security_opt"] == ["no-new-privileges:true"]


def test_our_image_is_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users[-1] not in ("root", "0")
