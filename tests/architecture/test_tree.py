"""What lies where, and what no file may hold."""

import re
import tomllib

import pytest

from tests.support.sharing import LONGEST, TOGETHER
from tests.support.tree import LAYERS, ROOT, project_files, texts

TOP_LEVEL = {
    *LAYERS,
    ".ci",
    ".dockerignore",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "compose.yaml",
    "deploy",
    "docs",
    "haproxy.cfg",
    "pyproject.toml",
    "requirements",
    "tests",
}
LEFT_OVER = re.compile(
    "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", r"pytest\.mark\.(skip|xfail)", r"pytest\.skip\("])
)
OF_ONE_MACHINE = re.compile("|".join([r"\.\./" + "shared", r"/" + r"work\b", r"/(home|Users)/(?!contactpoint\b)\w+"]))
REGISTRIES = re.compile(
    "|".join([r"pypi\." + "org", "python" + "hosted", r"npm" + r"js\.", r"repo1?\." + "maven", r"docker\." + "io"])
)


def test_the_top_level_is_what_the_documents_describe() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in project_files()} == TOP_LEVEL


@pytest.mark.parametrize("package", [*LAYERS, "tests"])
def test_every_package_says_what_lives_there(package: str) -> None:
    silent = [
        folder
        for folder in {path.parent for path in (ROOT / package).rglob("*.py")}
        if not (folder / "__init__.py").is_file()
        or not (folder / "__init__.py").read_text(encoding="utf-8").startswith('"""')
    ]
    assert not silent


def test_what_is_not_python_is_installed_too() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = setuptools["package-data"]["*"]
    data = [path for path in project_files() if path.relative_to(ROOT).parts[0] in LAYERS and path.suffix != ".py"]
    left_behind = [
        path
        for path in data
        if not any(path.match(pattern) for pattern in patterns) or not (path.parent / "__init__.py").is_file()
    ]
    assert not left_behind


@pytest.mark.parametrize("package", LAYERS)
def test_no_test_folder_hides_a_package(package: str) -> None:
    assert not (ROOT / "tests" / package).exists()


@pytest.mark.parametrize(
    "forbidden", [LEFT_OVER, OF_ONE_MACHINE, REGISTRIES], ids=["left over", "of one machine", "package registries"]
)
def test_no_file_holds(forbidden: re.Pattern[str]) -> None:
    found = [
        f"{path}:{number}"
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if forbidden.search(line)
    ]
    assert not found


def test_what_workers_share_or_begin_first_is_there() -> None:
    assert [name for name in (*TOGETHER, *LONGEST) if not (ROOT / name).exists()] == []
