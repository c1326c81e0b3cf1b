"""What is installed for a user is enough for every verb; what only development needs is imported by tests alone."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from packaging.requirements import Requirement

from services.cli.catalogue import VERBS
from tests.support.tree import LAYERS, ROOT, imports, modules

USER, IDENTITY = "local", "identity"
RIVALS = "services/lab/matching/rivals/"
"""What stands beside the matcher in `bench`, which says what to install where it is not there."""

IMPORT_ALL = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ModuleNotFoundError(f"{name} is installed for development only", name=name)

sys.meta_path.insert(0, Refuse())
for package in ("services.cli.verbs", "services.lab.verbs"):
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)
        print(module.name)
"""


def needed(*extras: str) -> set[str]:
    """The distributions that are installed with these extras of the product, and with what they need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]
    waiting = [Requirement(text) for text in texts]
    found: dict[str, set[str]] = {}
    while waiting:
        wanted = waiting.pop()
        name = normal(wanted.name)
        if name in found and wanted.extras <= found[name]:
            continue
        found[name] = found.get(name, set()) | wanted.extras
        waiting += [each for each in requirements(name) if applies(each, found[name])]
    return set(found)


def requirements(distribution: str) -> list[Requirement]:
    try:
        return [Requirement(text) for text in requires(distribution) or ()]
    except PackageNotFoundError:
        return []


def applies(requirement: Requirement, extras: set[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def importable() -> Mapping[str, list[str]]:
    """Each name that can be imported, and the distributions that bring it."""
    return packages_distributions()


def not_of(distributions: set[str]) -> set[str]:
    """The importable names that no one of these distributions brings."""
    return {
        module
        for module, owners in importable().items()
        if not {normal(owner) for owner in owners} & {*distributions, "contactpoint"}
    }


def test_every_verb_is_imported_without_what_development_needs() -> None:
    refused = not_of(needed(USER))
    assert {"pytest", "mypy", "splink", "recordlinkage"} <= refused
    program = f"REFUSED = {sorted(refused)!r}\n{IMPORT_ALL}"
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    imported = {name.rpartition(".")[2].replace("_", "-") for name in ended.stdout.split()}
    assert set(VERBS) <= imported


def test_no_file_of_the_product_imports_anywhere_what_a_user_has_not() -> None:
    refused = not_of(needed(USER))
    found = {
        f"{path} imports {name}"
        for layer in LAYERS
        for path, tree in modules(layer)
        if not path.startswith(RIVALS)
        for name in imports(tree)
        if name.partition(".")[0] in refused
    }
    assert not found


def test_rivals_of_the_matcher_import_what_their_extra_brings() -> None:
    refused = not_of(needed(IDENTITY))
    imported = {name for _, tree in modules(RIVALS) for name in imports(tree)}
    assert {"splink", "pyarrow"} <= imported
    assert not {name for name in imported if name.partition(".")[0] in refused}
