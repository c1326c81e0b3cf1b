"""The files for Kubernetes: what our program is told there, and what each pod may do. No cluster runs here.

kubectl is no package of Python's: where it is not installed, that is printed.
"""

import shutil
import subprocess
from typing import Any

import pytest
import yaml

from services.runtime import roles as runtime
from streams.kafka.rights import service_user
from streams.store.rights import role_name
from tests.support.containers import refuse_wrong_command, refuse_wrong_environment
from tests.support.tree import ROOT

FOLDER = ROOT / "deploy/kubernetes"
LISTED = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
DOCUMENTS: list[dict[str, Any]] = [
    document
    for resource in LISTED["resources"]
    for document in yaml.safe_load_all((FOLDER / resource).read_text(encoding="utf-8"))
]
RUNNING = {each["metadata"]["name"]: each for each in DOCUMENTS if each["kind"] in ("Deployment", "Job")}
ROLES = [role for role in runtime.ROLES if role != "init"]
ADMINISTERING = {"init", "kafka-rights"}
SECRETS = {
    "registrar": {"contactpoint-keys"},
    "relay": {"contactpoint-publication", "contactpoint-checkpoint"},
    "projector": {"contactpoint-keys", "contactpoint-publication"},
    "api": {"contactpoint-keys"},
    "kafka-rights": set[str](),
    "init": {"contactpoint-keys", "contactpoint-publication", "contactpoint-checkpoint"},
}
"""Which keys a role holds, as compose.yaml has it."""


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in DOCUMENTS if each["kind"] == kind}


def pod(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RUNNING[name]["spec"]["template"]["spec"]
    return found


def container(name: str) -> dict[str, Any]:
    (found,) = pod(name)["containers"]
    return dict(found)


def environment(name: str) -> dict[str, str]:
    """What stands in the container's environment; of a secret, a word."""
    settings = of_kind("ConfigMap")["settings"]["data"]
    own = {each["name"]: each.get("value", "secret") for each in container(name)["env"]}
    return {**settings, **own}


def test_every_file_is_listed_and_every_role_runs() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(LISTED["resources"])
    assert set(RUNNING) == {*ROLES, *ADMINISTERING}


@pytest.mark.parametrize("name", RUNNING)
def test_our_program_takes_the_command_and_every_variable(name: str) -> None:
    refuse_wrong_command(container(name)["args"])
    refuse_wrong_environment(environment(name))
    if name != "kafka-rights":
        assert container(name)["args"] == ["run", name]


@pytest.mark.parametrize("name", RUNNING)
def test_a_role_signs_in_as_itself_with_passwords_from_secrets(name: str) -> None:
    user = "init" if name in ADMINISTERING else name
    assert environment(name)["CONTACTPOINT_DATABASE_URL"].startswith(f"postgresql://{role_name(user)}@")
    assert "sslmode=verify-full" in environment(name)["CONTACTPOINT_DATABASE_URL"]
    kafka = "contactpoint" if name in ADMINISTERING else service_user(name)
    assert environment(name)["CONTACTPOINT_KAFKA_SASL_USERNAME"] == kafka
    for each in container(name)["env"]:
        if each["name"].endswith(("PASSWORD", "SECRET")):
            assert each.keys() == {"name", "valueFrom"}
            assert each["valueFrom"].keys() == {"secretKeyRef"}
    assert not of_kind("Secret")


@pytest.mark.parametrize("name", RUNNING)
def test_a_role_holds_the_keys_that_it_needs_and_may_write_none(name: str) -> None:
    secrets = {each["name"]: each["secret"]["secretName"] for each in pod(name)["volumes"] if "secret" in each}
    assert set(secrets.values()) == SECRETS[name]
    mounted = {each["name"]: each for each in container(name)["volumeMounts"]}
    assert mounted.keys() == {each["name"] for each in pod(name)["volumes"]}
    assert all(mounted[each]["readOnly"] for each in secrets)
    places = {each["mountPath"] for each in mounted.values()}
    folders = {f"/var/lib/contactpoint/{each.removeprefix('contactpoint-')}" for each in SECRETS[name]}
    assert {place for place in places if place.startswith("/var/lib")} == folders
    assert environment(name)["CONTACTPOINT_KAFKA_SSL_CAFILE"].rpartition("/")[0] in places


def test_the_settings_name_the_folders_of_the_keys() -> None:
    settings = of_kind("ConfigMap")["settings"]["data"]
    assert settings["CONTACTPOINT_KEYS"] == "/var/lib/contactpoint/keys"
    for name in ("publication", "checkpoint"):
        assert settings[f"CONTACTPOINT_{name.upper()}_KEY"] == f"/var/lib/contactpoint/{name}/{name}.key"


@pytest.mark.parametrize("name", RUNNING)
def test_a_pod_may_do_no_more_than_it_needs(name: str) -> None:
    security = pod(name)["securityContext"]
    assert security["runAsNonRoot"]
    assert security["runAsUser"] == 10001
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(name)["automountServiceAccountToken"] is False
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    resources = container(name)["resources"]
    assert resources["requests"].keys() == {"cpu", "memory"}
    assert "memory" in resources["limits"]


@pytest.mark.parametrize("name", ROLES)
def test_a_role_says_how_it_is_and_outlives_a_node_that_is_emptied(name: str) -> None:
    assert {"livenessProbe", "readinessProbe"} <= container(name).keys()
    budget = of_kind("PodDisruptionBudget")[name]["spec"]
    labels = RUNNING[name]["spec"]["template"]["metadata"]["labels"]
    assert budget["selector"]["matchLabels"] == RUNNING[name]["spec"]["selector"]["matchLabels"] == labels
    assert RUNNING[name]["spec"]["replicas"] > budget.get("minAvailable", budget.get("maxUnavailable"))
    ports = {each["name"]: each["containerPort"] for each in container(name)["ports"]}
    variable = "CONTACTPOINT_PORT" if name == "api" else "CONTACTPOINT_METRICS_PORT"
    assert list(ports.values()) == [int(environment(name)[variable])]
    assert container(name)["livenessProbe"]["httpGet"]["port"] in ports


def test_nothing_is_let_in_or_out_but_what_is_named() -> None:
    policies = of_kind("NetworkPolicy")
    assert policies["nothing-else"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    inward = {name: each["spec"] for name, each in policies.items() if "ingress" in each["spec"]}
    assert inward.keys() == {"api", "figures"}
    assert inward["api"]["podSelector"] == {"matchLabels": {"app": "api"}}
    named = {port["port"] for spec in inward.values() for rule in spec["ingress"] for port in rule["ports"]}
    assert named == {8080, 9100}
    of_figures = inward["figures"]["podSelector"]["matchExpressions"][0]["values"]
    assert set(of_figures) == set(ROLES) - {"api"}  # the API answers about children: only the proxy reaches it
    assert [port["port"] for rule in inward["figures"]["ingress"] for port in rule["ports"]] == [9100]
    assert all(each.keys() == {"namespaceSelector", "podSelector"} for each in inward["figures"]["ingress"][0]["from"])
    assert all(rule.get("from") for spec in inward.values() for rule in spec["ingress"])
    outward = [rule for each in policies.values() for rule in each["spec"].get("egress", ())]
    assert all(rule.get("to") and rule.get("ports") for rule in outward)


def test_kubectl_builds_them(capsys: pytest.CaptureFixture[str]) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        with capsys.disabled():
            print("\nkubectl is not installed: no tool of Kubernetes has built deploy/kubernetes")
        return
    built = subprocess.run([kubectl, "kustomize", str(FOLDER)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    documents = list(yaml.safe_load_all(built.stdout))
    assert len(documents) == len(DOCUMENTS)
    in_a_namespace = [each for each in documents if each["kind"] != "Namespace"]
    assert {each["metadata"]["namespace"] for each in in_a_namespace} == {"contactpoint"}
