"""Rooms tell their rooms, and a process of the product loads nothing of the laboratory."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import LAYERS, ROOT


def rooms(package: Path) -> list[str]:
    """The packages right below a package."""
    return sorted(inner.parent.name for inner in package.glob("*/__init__.py"))


def test_the_rooms_are_found() -> None:
    assert {"registrar", "api", "lab"} <= set(rooms(ROOT / "services"))


@pytest.mark.parametrize("package", LAYERS)
def test_a_package_names_its_rooms(package: str) -> None:
    text = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert [room for room in rooms(ROOT / package) if f"`{room}/`" not in text] == []


@pytest.mark.parametrize(
    "module",
    [
        "services.registrar.intake",
        "services.api.server",
        "streams.publishing.relay",
        "streams.projecting.projector",
    ],
)
def test_the_product_loads_nothing_of_the_laboratory(module: str) -> None:
    names = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", names], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = loaded.stdout.split()
    assert module in modules
    assert [name for name in modules if name.startswith("services.lab")] == []
