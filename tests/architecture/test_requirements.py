"""What is installed is known by the hashes of its files, and what a release consists of can be listed."""

import json
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.tree import ROOT

FILES = {"release": (), "local": ("local",), "dev": ("local", "identity", "dev")}
"""Each file of pins, and the extras of the project that it is made for."""


def pins(name: str) -> dict[str, tuple[str, int]]:
    """The version of each package in a file, and the number of its hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: dict[str, tuple[str, int]] = {}
    for line in lines:
        match = re.fullmatch(r"([\w.-]+)==(\S+)(?: ; [^#]*?)?((?:\s+--hash=sha256:[0-9a-f]{64})+)", line)
        assert match, f"{name}.txt: not one package, one version and its hashes: {line[:60]}"
        found[canonicalize_name(match[1])] = match[2], match[3].count("--hash")
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_in_a_version_that_fits(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    stated = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    stated += [each for extra in FILES[name] for each in extras[extra]]
    pinned = pins(name)
    for requirement in map(Requirement, stated):
        if requirement.name != "contactpoint":
            version, hashes = pinned[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{name}.txt has {requirement.name} {version}"
            assert hashes >= 1


def test_everybody_is_given_the_same_versions() -> None:
    dev = pins("dev")
    for name in ("release", "local"):
        assert pins(name).items() <= dev.items()


def a_release(folder: Path) -> Path:
    """An environment of what a release consists of and nothing else: checking a list of all packages takes 20 s."""
    venv.create(folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    wanted = {*pins("release"), "contactpoint"}
    for described in Path(sysconfig.get_path("purelib")).glob("*.dist-info"):
        if canonicalize_name(described.name.partition("-")[0]) in wanted:
            (packages / described.name).symlink_to(described)
    return folder


def test_what_a_release_consists_of_is_listed_with_licences(tmp_path: Path) -> None:
    at, out = a_release(tmp_path / "release"), tmp_path / "dist"
    words = ["sbom", f"RELEASED={at}", f"BIN={sys.prefix}/bin", f"DIST={out}"]
    stamps = ["--old-file=.venv/.installed", "--old-file=.venv/.installed-dev", f"--old-file={at}/bin/python"]
    done = subprocess.run(["make", *stamps, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    components = json.loads((out / "contactpoint.cdx.json").read_text())["components"]
    listed = {canonicalize_name(each["name"]) for each in components}
    assert {"eventsourcing", "faust-streaming", "pydantic"} <= listed <= pins("release").keys()
    notices = (out / "THIRD-PARTY-NOTICES.txt").read_text()
    assert "\neventsourcing\n" in notices
    assert "Permission is hereby granted" in notices
