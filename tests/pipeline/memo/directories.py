"""Where a scenario takes place: on a whole stack, or in a directory whose API alone is served; both are asked alike."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from services.configuration.settings import read_settings
from services.registers.agencies import read_agencies_file
from streams.kafka.settings import KafkaSettings
from tests.support.served import served
from tests.support.stack import Stack, other_environment, run_as_manager
from tests.support.world import World


class Directory(Protocol):
    """Takes what agencies send, all of which it has to accept, and answers verbs."""

    def enrol(self, agencies: Path) -> None: ...

    def take(self, sent: Sequence[dict[str, Any]]) -> None: ...

    def run(self, *words: object) -> subprocess.CompletedProcess[str]: ...

    def database_url(self) -> str: ...


class OnStack:
    """A stack that `contactpoint up` runs."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.run = stack.run
        self._numbers = count()

    def enrol(self, agencies: Path) -> None:
        self.stack.ask("agencies", "add", agencies)

    def take(self, sent: Sequence[dict[str, Any]]) -> None:
        file = self.stack.folder / f"sent-{next(self._numbers)}.ndjson"
        file.write_text("".join(json.dumps(each) + "\n" for each in sent))
        assert self.stack.ask("submit", file, "--wait")["accepted"] == len(sent)

    def database_url(self) -> str:
        return read_settings(self.stack.data).need_database()


class InWorld:
    """A directory whose views show at once what the registrar has decided."""

    def __init__(self, world: World, environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, other_environment() | environ

    def enrol(self, agencies: Path) -> None:
        self._world.enrol(*read_agencies_file(agencies))

    def take(self, sent: Sequence[dict[str, Any]]) -> None:
        assert self._world.submit(*sent) == ["accepted"] * len(sent)

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        return run_as_manager(words, self._world.folder, self._environ)

    def database_url(self) -> str:
        return self._world.settings.need_database()


@contextmanager
def in_world(kafka: KafkaSettings, database_url: str, folder: Path, policy: str) -> Iterator[InWorld]:
    """An empty directory, whose API has that policy."""
    with (
        closing(World(kafka, database_url, folder)) as world,
        served(world, CONTACTPOINT_POLICY=policy) as environ,
    ):
        yield InWorld(world, environ)
