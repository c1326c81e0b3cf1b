"""The documents speak of what is there: every verb, every setting, every link."""

import ast
import re
from pathlib import Path

import pytest

from services.cli.catalogue import VERBS
from services.configuration.environment import variables
from tests.support.tree import LAYERS, ROOT, modules, project_files

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", VERBS)
def test_the_readme_names_every_verb(verb: str) -> None:
    assert re.search(rf"^\| .*`{verb}\b", read("README.md"), re.MULTILINE)


def test_the_readme_names_no_verb_that_is_not_there() -> None:
    named = set(re.findall(r"`contactpoint ([a-z-]+)", read("README.md")))
    assert "up" in named
    assert named <= set(VERBS)


def test_operations_explain_every_setting() -> None:
    of_compose = re.findall(r"(?<!\$)\$\{(\w+)", read("compose.yaml"))
    explained = set(re.findall(r"(?:CONTACTPOINT|POSTGRES)_\w+", read("docs/operations.md")))
    assert explained == variables() | set(of_compose)


def test_few_files_read_variables_and_only_one_those_of_the_product() -> None:
    reading = [
        path
        for layer in LAYERS
        for path, tree in modules(layer)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert sorted(set(reading)) == [
        "services/cli/verbs/completion.py",
        "services/configuration/client_environment.py",
        "services/local_stack/jars.py",
        "services/local_stack/program.py",
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src(?:set)?=\"([^\"]+)\"", document.read_text(encoding="utf-8"))
    local = [first or second for first, second in links if "://" not in (first or second)]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_paths_named_by_the_architecture_exist() -> None:
    named = re.findall(
        r"`((?:domain|projections|streams|services|tests|docs)/[\w/.*-]*)`", read("docs/architecture.md")
    )
    assert named
    assert [path for path in named if not list(ROOT.glob(path))] == []


def test_tests_named_by_operations_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+(?:\.py)?|test_\w+\.py)`", read("docs/operations.md"))
    assert len(named) > 20
    assert [path for path in named if not list(ROOT.glob(path if "/" in path else f"tests/**/{path}"))] == []


def test_each_promise_of_operations_is_held_by_a_test_that_it_links_to() -> None:
    table = read("docs/operations.md").split("### Which tests hold what")[1].split("\n## ")[0]
    promises = re.findall(r"^\| ((?!promise|---).+?) \| (.+) \|$", table, re.MULTILINE)
    assert len(promises) == 13
    assert [promise for promise, held_by in promises if "](../tests/" not in held_by] == []


def test_the_way_of_a_submission_is_told_in_fifteen_rooms_and_none_twice() -> None:
    paragraph = read("docs/architecture.md").split("## A submission, in one paragraph")[1].split("\n## ")[0]
    rooms = re.findall(r"`((?:domain|projections|streams|services)/\w+/)`", paragraph)
    assert len(set(rooms)) == len(rooms)
    assert 10 <= len(rooms) <= 15


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_short_and_says_why(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 20
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Choice", "Consequence"]


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    index = read("docs/decisions/README.md")
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert all(f"]({path.name})" in index for path in DECISIONS)
