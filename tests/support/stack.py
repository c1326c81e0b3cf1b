"""A stack started by `contactpoint up` as a process of its own, and the command run beside it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from services.configuration.settings import stack_file
from services.local_stack.layout import SERVICES
from services.local_stack.postgres_server import database_url
from tests.support.forked import Forked, forked_up, forked_verb, run_verb
from tests.support.waiting import eventually

SECONDS = 180.0
LOOKS = {"shield", "duplicates", "find", "show", "history", "receipts", "export", "report", "policy", "erase"}
ROLES = ("kafka", "postgres", "registrar", "relay", "projector", "api")


def other_environment() -> dict[str, str]:
    """This process's environment without settings of the command."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CONTACTPOINT_")}


def run_as_manager(words: Iterable[object], data: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """One verb, to its end, as JSON; a data manager asks where somebody has to."""
    verb = [str(word) for word in words]
    who = ["--as", "demo-data-manager", "--reason", "a test asks"] if verb[0] in LOOKS else []
    return run_verb([*verb, "--data", str(data), *who, "--json"], environ, SECONDS)


class Stack:
    """`start` again after the supervisor was killed; `close` leaves nothing. `settings` are environment variables.

    Its supervisor and services are forked from a process that has imported them, or started `as_a_user` starts them.
    Of the roles `twice` there are two processes.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        as_a_user: bool = False,
        twice: Collection[str] = (),
    ) -> None:
        self.folder = folder
        self.settings = settings or {}
        self.as_a_user = as_a_user
        self.twice = twice
        self.data = folder / "data"
        self.scratch = folder / "tmp"
        self.scratch.mkdir()
        self.start()

    def start(self) -> None:
        self.begin()
        try:
            eventually(lambda: self.is_ready() or self.process.poll() is not None)
        except AssertionError:
            self.process.terminate()  # what is forked is waited for at the end of the run
            raise
        assert self.process.poll() is None, self.errors()

    def begin(self) -> None:
        """Starts it, without waiting until it is ready."""
        out, errors = self.folder / "up.out", self.folder / "up.err"
        out.write_bytes(b"")
        self.process = self._begun(out, errors)

    def _begun(self, out: Path, errors: Path) -> "subprocess.Popen[bytes] | Forked":
        if not self.as_a_user:
            services = [role for role in SERVICES for _ in range(1 + (role in self.twice))]
            return forked_up(self.data, self.environment(), out, errors, services)
        several = [f"--{role}s=2" for role in self.twice]
        words = [sys.executable, "-m", "services.cli.main", "up", "--data", str(self.data), *several]
        with out.open("ab") as stdout, errors.open("ab") as stderr:
            return subprocess.Popen(
                words, env=self.environment(), stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )

    def is_ready(self) -> bool:
        """Whether it has printed that all of it answers."""
        return (self.folder / "up.out").read_text().startswith("ready http")

    def beside(self, role: str, **settings: str) -> Forked:
        """One more process of a role."""
        words = ["run", role, "--data", str(self.data)]
        return forked_verb(words, self.environment() | settings, os.devnull, os.devnull)

    def errors(self) -> str:
        return (self.folder / "up.err").read_text()

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """One verb, to its end, as JSON."""
        return run_as_manager(words, self.data, self.environment())

    def ask(self, *words: object) -> Any:
        """The document that a verb prints which has to succeed."""
        answer = self.run(*words)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    def receipts_so_far(self, source: str) -> list[dict[str, Any]]:
        """What became of an agency's submissions: none yet, nor while a part of the stack is away, is no failure."""
        answer = self.run("receipts", "--source", source)
        assert answer.returncode in (0, 1, 3), answer.stderr
        return json.loads(answer.stdout) if answer.stdout else []

    def is_at_rest(self) -> bool:
        """Whether everything that was accepted is in the views."""
        answer = self.run("status")
        return answer.returncode == 0 and len(set(json.loads(answer.stdout)["positions"].values())) == 1

    def export(self) -> list[dict[str, Any]]:
        """Every directory entry."""
        file = self.folder / "export.ndjson"
        self.ask("export", file)
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def administrator_url(self) -> str:
        """The URL of who administers the stack's Postgres, which no process signs in with."""
        port = json.loads((self.data / "ports.json").read_text())["postgres"]
        return database_url(port, (self.data / "postgres-password").read_text().strip())

    def pids(self) -> dict[str, int]:
        """Each process by its name, once all of them run."""
        names = {*ROLES, *(f"{role}-2" for role in self.twice)}

        def all_running() -> dict[str, int]:
            if not stack_file(self.data).exists():
                return {}
            processes = json.loads(stack_file(self.data).read_text())["processes"]
            running = {each["name"]: each["pid"] for each in processes if each["state"] == "running"}
            alive = set(running) == names and all(map(psutil.pid_exists, running.values()))
            return running if alive and self.run("status").returncode == 0 else {}

        found: dict[str, int] = eventually(all_running)
        return found

    def close(self) -> None:
        """Ends the stack in order, and checks that no process is left, nor a file in the system's temporary folder."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        assert self.process.wait(90) == 0, self.errors()
        _, alive = psutil.wait_procs(children, 10)
        assert not alive
        assert not list(self.scratch.iterdir())

    def environment(self) -> dict[str, str]:
        return {**other_environment(), "TMPDIR": str(self.scratch), **self.settings}


@contextmanager
def running_stack(
    settings: Mapping[str, str] | None = None, *, as_a_user: bool = False, twice: Collection[str] = ()
) -> Iterator[Stack]:
    """A stack that runs meanwhile, in a folder that root's Postgres, who runs as somebody else, can read."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-stack-") as folder:
        stack = Stack(Path(folder), settings, as_a_user=as_a_user, twice=twice)
        yield stack
        stack.close()
