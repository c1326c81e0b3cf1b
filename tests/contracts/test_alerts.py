"""The alert rules and the dashboard: they name figures that the roles have, and Prometheus's own tool takes them.

promtool is no package of Python's: where it is not installed, that is printed.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from services.local_stack.ports import HOST, remembered_ports
from services.runtime.figures import ROLES, serving_figures
from streams.batch_times import BatchTimes
from tests.support.api_world import bearer
from tests.support.tree import ROOT
from tests.support.world import World

PROMETHEUS, GRAFANA = ROOT / "deploy/prometheus", ROOT / "deploy/grafana/contactpoint.json"
JOBS = "contactpoint-"
OF_PROMETHEUS = {"up": {"job", "instance"}}
"""What Prometheus itself says of whom it asks."""
_NAME = re.compile(r"\b(contactpoint_\w+|up)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')

Exposed = dict[str, dict[str, set[str]]]
"""By name of a figure and label, the values that there are."""


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression with where it stands."""
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for panel in json.loads(GRAFANA.read_text(encoding="utf-8"))["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.fixture(scope="module")
def exposed(client: TestClient, world: World, tmp_path_factory: pytest.TempPathFactory) -> Exposed:
    """What the API and each other role answer."""
    client.get("/health/live")
    texts = [client.get("/metrics", headers=bearer(world, "user:demo-operator")).text]
    port = remembered_ports(tmp_path_factory.mktemp("figures") / "ports.json", ("figures",))["figures"]
    for role in ROLES:
        with serving_figures(role, HOST, port, BatchTimes()), urlopen(f"http://{HOST}:{port}/metrics") as answer:
            texts.append(answer.read().decode())
    found: Exposed = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = found.setdefault(sample.name, {})
                for label, value in sample.labels.items():
                    labels.setdefault(label, set()).add(value)
    return found


@pytest.mark.parametrize(("place", "expression"), [pytest.param(*each, id=each[0]) for each in expressions()])
def test_each_figure_that_is_named_is_there_with_its_labels(exposed: Exposed, place: str, expression: str) -> None:
    named = _NAME.findall(expression)
    assert named, place
    for name, selectors in named:
        if name in OF_PROMETHEUS:
            continue
        assert name in exposed, (place, name)
        for label, how, value in _LABEL.findall(selectors):
            assert label in exposed[name], (place, name, label)
            if how == "=":
                assert value in exposed[name][label], (place, value)
            elif how == "=~" and label != "status":
                assert any(re.fullmatch(value, each) for each in exposed[name][label]), (place, value)
        grouped = {label.strip() for by in re.findall(r"\bby \(([^)]*)\)", expression) for label in by.split(",")}
        assert grouped <= {"instance", "job", *(label for each, _ in named for label in _labels(exposed, each))}


def _labels(exposed: Exposed, name: str) -> set[str]:
    return OF_PROMETHEUS.get(name) or set(exposed[name])


def test_no_rule_needs_a_figure_that_asks_for_a_token(client: TestClient) -> None:
    anybody = {
        (sample.name, sample.labels.get("part"))
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    for rule in rules:
        for name, selectors in _NAME.findall(rule["expr"]):
            part = next((value for label, _, value in _LABEL.findall(selectors) if label == "part"), None)
            if name.startswith(("contactpoint_batch", "up")):
                continue
            assert (name, part) in anybody or (part is None and name in {each for each, _ in anybody}), rule["alert"]


def test_each_rule_says_how_soon_and_what_to_do_and_is_tried() -> None:
    tried = yaml.safe_load((PROMETHEUS / "alerts.test.yml").read_text(encoding="utf-8"))["tests"]
    fires, rests = set[str](), set[str]()
    for test in tried:
        for case in test["alert_rule_test"]:
            (fires if case["exp_alerts"] else rests).add(case["alertname"])
    (group,) = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert set(names) == fires == rests
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["for"]
        assert rule["annotations"].keys() == {"summary", "description"}


def test_each_job_is_one_of_a_role_and_every_role_has_one() -> None:
    document = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {each["job_name"] for each in document["scrape_configs"]}
    assert jobs == {f"{JOBS}{role}" for role in ("api", *ROLES)}
    assert document["rule_files"] == ["alerts.yml"]


def test_the_dashboard_has_no_panel_twice_and_none_over_another() -> None:
    document = json.loads(GRAFANA.read_text(encoding="utf-8"))
    panels = document["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) == len({panel["title"] for panel in panels})
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(x + place["x"], y + place["y"]) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert all(x < 24 for x, _ in cells)
        taken |= cells
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    assert [each["name"] for each in document["templating"]["list"]] == ["datasource"]


def test_promtool_takes_them_and_its_own_test_of_the_rules_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        with capsys.disabled():
            print("\npromtool is not installed: nothing of Prometheus has read rules and dashboard")
        return
    panels = [{"record": f"panel:{number}", "expr": expr} for number, (_, expr) in enumerate(expressions())]
    of_dashboard = tmp_path / "dashboard.yml"
    of_dashboard.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": panels}]}), encoding="utf-8")
    tried: list[list[Any]] = [
        ["check", "config", PROMETHEUS / "prometheus.yml"],
        ["check", "rules", of_dashboard],
        ["test", "rules", PROMETHEUS / "alerts.test.yml"],
    ]
    for arguments in tried:
        ended = subprocess.run([promtool, *map(str, arguments)], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
