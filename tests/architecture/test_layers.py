"""Imports point one way, and the domain is pure."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.tree import LAYERS, ROOT, imports, modules

STANDARD = (
    "base64 calendar collections dataclasses datetime decimal enum functools hashlib itertools"
    " math operator re statistics types typing unicodedata uuid"
)
LIBRARIES = ("anyascii", "eventsourcing", "jellyfish", "pydantic", "rapidfuzz")
PURE = {*STANDARD.split(), *LIBRARIES, "copy", "difflib", "zoneinfo", "domain"}
CLOCKS_CHANCE_AND_IO = {"now", "utcnow", "today", "uuid1", "uuid4", "open", "print", "input"}
KAFKA = {"kafka", "aiokafka", "faust"}


def test_the_import_contracts_are_kept() -> None:
    linter = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    linted = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_the_import_contracts_are_all_there() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contracts = {contract["type"]: contract for contract in linter["contracts"]}
    assert sorted(linter["root_packages"]) == sorted(LAYERS)
    assert contracts.keys() == {"layers", "acyclic_siblings", "private_modules", "protected"}
    assert len(contracts) == len(linter["contracts"])
    assert contracts["layers"]["layers"] == LAYERS
    assert sorted(contracts["acyclic_siblings"]["ancestors"]) == sorted(LAYERS)
    assert contracts["protected"]["protected_modules"] == ["services.lab"]
    assert contracts["protected"]["allowed_importers"] == ["services.lab"]
    assert not [contract["name"] for contract in contracts.values() if "ignore_imports" in contract]


def test_the_domain_imports_only_what_is_pure() -> None:
    foreign = {
        f"{path} imports {name}"
        for path, tree in modules("domain")
        for name in imports(tree)
        if name.split(".")[0] not in PURE
    }
    assert not foreign


def test_the_domain_reads_no_clock_draws_no_chance_and_touches_no_file() -> None:
    calls = {
        f"{path}:{node.lineno} calls {name}"
        for path, tree in modules("domain")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := _called(node)) in CLOCKS_CHANCE_AND_IO
    }
    assert not calls


@pytest.mark.parametrize("package", ["domain", "projections"])
def test_kafka_is_known_only_from_the_streams_on(package: str) -> None:
    clients = {
        f"{path} imports {name}"
        for path, tree in modules(package)
        for name in imports(tree)
        if name.split(".")[0] in KAFKA
    }
    assert not clients


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
