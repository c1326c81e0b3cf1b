"""Processes forked from one that has imported the command and the services: a start that costs hardly anything.

Tests of a whole stack run hundreds of verbs, crash tests kill dozens of processes, and importing what a stack needs is
half of what its start costs. That each also starts from nothing is shown by `tests/cli`, and by the stacks of
`tests/pipeline/flow`, `test_down` and `test_every_role_killed`.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from services.cli.main import main
from services.configuration.settings import read_settings
from services.local_stack.launch import end_with
from services.local_stack.layout import SERVICES
from services.local_stack.program import Program, start
from services.local_stack.supervisor import Supervisor
from services.local_stack.up import up
from services.runtime.roles import ROLES

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["tests.support.forked_from"])


def forked(run: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that runs a function; it can be killed, paused and waited for as any other."""
    process = _forking.Process(target=run, args=arguments)
    process.start()
    return process


class Forked:
    """A forked process, asked as one of `subprocess` is."""

    def __init__(self, process: BaseProcess) -> None:
        assert process.pid
        self._process, self.pid = process, process.pid
        self.terminate, self.kill = process.terminate, process.kill

    def poll(self) -> int | None:
        """Its exit status, None while it runs; below zero the signal that killed it."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """Its exit status; raises TimeoutExpired where it runs for longer."""
        self._process.join(seconds)
        status = self.poll()
        if status is None:
            assert seconds is not None
            raise subprocess.TimeoutExpired([], seconds)
        return status


def forked_verb(words: Sequence[str], environ: Mapping[str, str], out: Path | str, errors: Path | str) -> Forked:
    """One verb of the command, with no input and no other environment; what it prints is added to two files."""
    return Forked(forked(_become, list(words), dict(environ), str(out), str(errors)))


def forked_up(
    data: Path, environ: Mapping[str, str], out: Path, errors: Path, services: Sequence[str] = SERVICES
) -> Forked:
    """`contactpoint up`, likewise, whose services are forked from it."""
    return Forked(forked(_up, data, dict(environ), str(out), str(errors), tuple(services)))


def run_verb(words: Sequence[str], environ: Mapping[str, str], seconds: float) -> subprocess.CompletedProcess[str]:
    """One verb of the command, to its end, with no input and no other environment, and what it printed.

    Raises TimeoutExpired where it takes longer.
    """
    with tempfile.TemporaryDirectory(prefix="contactpoint-verb-") as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        out.touch()
        errors.touch()
        process = forked(_become, list(words), dict(environ), str(out), str(errors))
        process.join(seconds)
        status = process.exitcode
        if status is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(words), seconds)
        process.close()
        return subprocess.CompletedProcess(list(words), status, out.read_text(), errors.read_text())


def _become(words: list[str], environ: dict[str, str], out: str, errors: str) -> None:
    """Ends this process as the command ends that is started with these words in this environment."""
    _enter(environ, out, errors)
    sys.exit(main(words))


def _up(data: Path, environ: dict[str, str], out: str, errors: str, services: Sequence[str]) -> None:
    _enter(environ, out, errors)
    settings = read_settings(data)
    sys.exit(up(settings, supervisor=Supervisor(settings, services, start=_start)))


def _enter(environ: Mapping[str, str], out: str, errors: str) -> None:
    """Takes an environment, and the files to which what is printed is added."""
    os.environ.clear()
    os.environ.update(environ)
    tempfile.tempdir = None
    for descriptor, file in enumerate((out, errors), start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), descriptor)


def _start(program: Program) -> subprocess.Popen[bytes]:
    """Starts a server as the product does; a service goes on from here with all that is imported."""
    if program.role not in ROLES:
        return start(program)
    supervisor, before = os.getpid(), _open_files()

    def serve() -> None:
        for opened in _open_files() - before:  # among them the pipe whose end says that the process has begun
            with suppress(OSError):
                os.close(opened)
        end_with(supervisor, program.orphan_signal)
        os.environ.update(program.environment)
        words = program.command[program.command.index("run") :]
        os._exit(main(words))

    return start(program, serve)


def _open_files() -> set[int]:
    listed = list(Path("/dev/fd").iterdir())
    return {int(file.name) for file in listed if file.exists()}  # not by which they were listed
