"""Kafka's jars: fetched once through jgo, pinned to a version and a checksum each, kept in the user's cache.

`jars.txt` is the list; `python -m services.local_stack.jars` prints it afresh, for a new version of Kafka.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.configuration.environment import read_environment

PINS = Path(__file__).with_name("jars.txt")
ROOTS = ("org.apache.kafka:kafka_2.13:4.3.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")
ATTEMPTS = 3
AT_ONCE = 6
TIMEOUT_SECONDS = 60


class JarError(Exception):
    """A jar cannot be fetched, or is not the one that is pinned; the text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned file of Kafka: its Maven coordinates and the SHA-256 of its bytes in hex."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name that Maven gives the file."""
        return f"{self.artifact}-{self.version}.jar"

    def check(self, file: Path) -> None:
        """Raises JarError where the bytes of the file are not the pinned ones."""
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != self.sha256:
            raise JarError(
                f"{self.file_name} is not the pinned file of Kafka, do not use it: "
                f"{file} has the SHA-256 checksum {found}, and {self.sha256} is pinned"
            )


def read_pins(text: str | None = None) -> list[Jar]:
    """The pinned jars, in class path order; each line of the list is `group:artifact:version sha256`."""
    lines = (PINS.read_text(encoding="utf-8") if text is None else text).splitlines()
    jars = []
    for line in lines:
        if line and not line.startswith("#"):
            coordinates, sha256 = line.split()
            group, artifact, version = coordinates.split(":")
            jars.append(Jar(group, artifact, version, sha256))
    return jars


def cache_folder() -> Path:
    """Where fetched jars are kept: CONTACTPOINT_CACHE, else `contactpoint` in the user's cache."""
    own = read_environment().cache
    return own or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "contactpoint"


def fetch_with_jgo(jar: Jar, folder: Path) -> Path:
    """Downloads one jar below `folder` through jgo and gives the file; raises JarError where it cannot be had."""
    import requests
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=folder, timeout=TIMEOUT_SECONDS)
    reason: Exception | None = None
    for _ in range(ATTEMPTS):
        artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
        try:
            return artifact.resolve()
        except (requests.RequestException, OSError, RuntimeError) as error:
            reason = error
            shutil.rmtree(folder / artifact.component.path_prefix, ignore_errors=True)
    raise JarError(f"{jar.file_name} of Kafka cannot be fetched, is there a network? ({type(reason).__name__})")


def class_path(
    pins: Iterable[Jar] | None = None,
    cache: Path | None = None,
    fetch: Callable[[Jar, Path], Path] = fetch_with_jgo,
) -> list[Path]:
    """Every jar of Kafka as a checked file of the cache, in class path order; fetches those that are missing.

    Raises JarError where a jar cannot be fetched or its checksum is not the pinned one.
    """
    jars = read_pins() if pins is None else list(pins)
    folder = (cache or cache_folder()) / "jars"
    folder.mkdir(parents=True, exist_ok=True)
    _fetch_missing([jar for jar in jars if not (folder / jar.file_name).exists()], folder, fetch)
    files = [folder / jar.file_name for jar in jars]
    for jar, file in zip(jars, files, strict=True):
        jar.check(file)
    return files


def _fetch_missing(missing: list[Jar], folder: Path, fetch: Callable[[Jar, Path], Path]) -> None:
    """Fetches into a folder of this run only, and moves a file into the cache once its checksum is right."""
    if not missing:
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch, _progress(len(missing)) as advance:

        def take(jar: Jar) -> None:
            file = fetch(jar, Path(scratch))
            jar.check(file)
            file.replace(folder / jar.file_name)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(take, missing):
                advance()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal; elsewhere one line."""
    title = "fetching Kafka, this once"
    if not sys.stderr.isatty():
        print(f"{title} ({total} files)", file=sys.stderr, flush=True)
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def resolve_pins(roots: Iterable[str] = ROOTS) -> list[str]:
    """The lines of `jars.txt` as jgo resolves them now: every root with what it needs at run time."""
    from jgo.maven import MavenContext

    lines = set()
    with tempfile.TemporaryDirectory() as scratch:
        context = MavenContext(repo_cache=Path(scratch), timeout=TIMEOUT_SECONDS)
        for root in roots:
            inputs, needed = context.resolver.resolve([context.create_dependency(root)])
            for one in (*inputs, *needed):
                sha256 = hashlib.sha256(one.artifact.resolve().read_bytes()).hexdigest()
                lines.add(f"{one.groupId}:{one.artifactId}:{one.version} {sha256}")
    return sorted(lines)


if __name__ == "__main__":
    print("\n".join(resolve_pins()))
