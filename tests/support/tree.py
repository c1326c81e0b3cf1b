"""The files of the project, read as they lie in the checkout."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LAYERS = ["services", "streams", "projections", "domain"]


def project_files() -> list[Path]:
    """Every file that belongs to the project: all but what .gitignore leaves out."""
    patterns = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    ignored = {".git", *(pattern.strip("/") for pattern in patterns)}
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ignored and not name.endswith(".egg-info")]
        found += [Path(folder, name) for name in names if name not in ignored]
    return sorted(found)


def texts() -> dict[str, str]:
    """The project's text files: path from the root → content."""
    contents = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in project_files()}
    return {path: content.decode("utf-8") for path, content in contents.items() if b"\0" not in content}


def modules(package: str) -> Iterator[tuple[str, ast.Module]]:
    """The Python files of a top-level package: path from the root, and the parsed file."""
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths, f"there is no Python file in {package}"
    for path in paths:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """The full names of the modules that a file imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
