"""The processes of the soak: servers, and services of two versions of the program, each started again when it ends."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from projections.engine import schema
from services.configuration.private_files import private_folder
from services.configuration.settings import Settings, read_settings
from services.local_stack.api_probe import ApiProbe
from services.local_stack.child import Child, State
from services.local_stack.layout import SERVICES, Layout, lay_out, service_command
from services.local_stack.ports import remembered_ports
from services.local_stack.program import Program
from services.local_stack.state_files import StateFiles

HERE = Path(__file__).parents[3]
PACKAGES = ("domain", "projections", "streams", "services")
OTHER_ROWS = 4_711
"""The ROWS of the other version's views."""
COPIES = {"registrar": 2, "projector": 2}


@dataclass(frozen=True)
class Installation:
    """The program in a folder, and the definition of its views."""

    folder: Path
    definition: str


def this_version() -> Installation:
    return Installation(HERE, schema.definition())


def other_version(folder: Path) -> Installation:
    """Makes a copy of the program in a folder whose projections have other ROWS."""
    for package in PACKAGES:
        shutil.copytree(HERE / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "projections" / "engine" / "schema.py"
    before = file.read_text(encoding="utf-8")
    after = before.replace(f"\nROWS = {schema.ROWS}\n", f"\nROWS = {OTHER_ROWS}\n")
    assert after != before
    file.write_text(after, encoding="utf-8")
    asked = "from projections.engine.schema import definition; print(definition())"
    said = subprocess.run([sys.executable, "-c", asked], cwd=folder, capture_output=True, text=True, check=True)
    return Installation(folder, said.stdout.strip())


@dataclass(frozen=True)
class Api:
    """Where an API answers, and of which version it is."""

    url: str
    version: str


class Processes:
    """The stack of a folder. Call it from the main thread, with which Linux ends every process of it.

    `apis` are those that clients may ask; `ended` says of services how they ended by themselves, which none may.
    """

    def __init__(self, folder: Path) -> None:
        self.data = private_folder(folder / "data")
        self.old, self.new = this_version(), other_version(folder / "other-version")
        services = [role for role in SERVICES for _ in range(COPIES.get(role, 1))]
        self.layout: Layout = lay_out(read_settings(self.data, {}), services)
        self._files = StateFiles(self.data, self.layout)
        self.second_url = f"http://127.0.0.1:{remembered_ports(self.data / 'second-api.json', ['api'])['api']}"
        self.servers = [Child(program) for program in self.layout.servers]
        self.services = {self.old: [self._child(program, self.old) for program in self.layout.services], self.new: []}
        self._running: list[Child] = []
        self.apis: list[Api] = []
        self.ended: list[str] = []

    @property
    def settings(self) -> Settings:
        """As a command beside the stack has them."""
        return read_settings(self.data, {})

    def start(self) -> None:
        """Starts everything of the old version, and returns once its API is ready."""
        self.begin(*self.servers)
        self.until(lambda: self.run(*self.servers))
        self.until_ended(self.initialise(self.old))
        self.begin(*self.services[self.old])
        self.until(lambda: self.run(*self.services[self.old]))
        self.apis.append(Api(self.layout.url, self.old.definition))

    def initialise(self, of: Installation) -> Iterator[None]:
        """Runs `init` of a version until it has succeeded, step by step."""
        while True:
            command = service_command("init", self.data)
            init = subprocess.Popen(command, cwd=of.folder, stderr=subprocess.DEVNULL)
            while init.poll() is None:
                yield
            if init.returncode == 0:
                return

    def add(self, of: Installation, role: str) -> list[Child]:
        """Begins to run in another version what there is of a role in the old one; an API at a port of its own."""
        added = []
        for child in self.services[self.old]:
            if child.role == role:
                program = replace(child.program, number=child.program.number + COPIES.get(role, 1))
                added.append(self._child(self._of_api(program) if role == "api" else program, of))
        self.services[of] += added
        self.begin(*added)
        self._write_down()
        return added

    def end(self, of: Installation, role: str) -> None:
        """Ends what runs of a role in a version, for good."""
        for child in [each for each in self.services[of] if each.role == role]:
            self._running.remove(child)
            self.services[of].remove(child)
            child.stop()
        self._write_down()

    def begin(self, *children: Child) -> None:
        """Keeps these running from now on."""
        self._running += children

    def run(self, *children: Child) -> bool:
        """Whether all of these, or all that were begun, run now."""
        return all(child.state is State.RUNNING for child in children or self._running)

    def children(self) -> list[Child]:
        """Those that were begun and run now."""
        return [child for child in self._running if child.state is State.RUNNING and child.pid]

    def step(self) -> None:
        """Starts again what has ended, and writes down what runs."""
        now = time.monotonic()
        for child in self._running:
            if child.step(now):
                self._note_end(child)
                self._files.write(self._running)
            child.bound_log()

    def until(self, condition: Callable[[], Any], within: float = 300.0) -> None:
        """Keeps everything running until the condition holds."""
        end = time.monotonic() + within
        while not condition():
            assert time.monotonic() < end, f"this did not come true within {within:.0f} s: {self.missing()}"
            self.step()
            time.sleep(0.05)

    def until_ended(self, steps: Iterator[None]) -> None:
        """Keeps everything running until an iterator has come to its end."""
        self.until(lambda: next(steps, self) is self)

    def missing(self) -> str:
        """What does not run, and why."""
        return ", ".join(f"{each.name} ({each.waits_for})" for each in self._running if each.state is not State.RUNNING)

    def stop(self) -> None:
        """Ends all of it, the servers last."""
        for child in reversed(self._running):
            child.stop()
        self._files.remove()

    def command(self, *words: object) -> subprocess.CompletedProcess[str]:
        """A verb of the new version, run to its end."""
        return subprocess.run(
            [sys.executable, "-m", "services.cli.main", *map(str, words), "--json", "--data", str(self.data)],
            cwd=self.new.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, *words: object) -> Any:
        """The document that a verb of the new version prints, which has to succeed."""
        answer = self.command(*words)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    def _child(self, program: Program, of: Installation) -> Child:
        log = program.log.with_name(f"{program.name}.log")
        return Child(replace(program, folder=of.folder, log=log))

    def _of_api(self, program: Program) -> Program:
        probe = ApiProbe(self.second_url, None)
        environment = {**program.environment, "CONTACTPOINT_PORT": self.second_url.rpartition(":")[2]}
        return replace(program, environment=environment, ready=probe.ready, waits_for=lambda: probe.waits_for)

    def _write_down(self) -> None:
        """Tells other commands what there is now, and where."""
        programs = [child.program for child in self._running if child not in self.servers]
        self._files = StateFiles(self.data, replace(self.layout, url=self.apis[-1].url, services=programs))
        self._files.write(self._running)

    def _note_end(self, child: Child) -> None:
        said = child.last_error or ""
        by_itself = child.state is State.BACKING_OFF and "ended with status" in said and "with status 0" not in said
        if by_itself and child not in self.servers:
            self.ended.append(said)
