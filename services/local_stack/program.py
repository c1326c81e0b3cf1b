"""How a process of the stack is started, known to be ready, and ended."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.configuration.private_files import private_folder
from services.local_stack import launch
from services.local_stack.accounts import Account

LARGEST_LOG = 20 * 1024 * 1024
POLL_SECONDS = 0.05


class CannotStart(Exception):
    """A process cannot be started, or was not ready in time; the text says why, or names its log."""


Start = Callable[["Program"], subprocess.Popen[bytes]]
"""Starts the process of a program."""


@dataclass(frozen=True, slots=True)
class Program:
    """One role's process.

    `prepare` runs before each start and clears what a killed predecessor left; `ready` says whether the process
    answers. It is ended with `stop_signal`, and killed where it is not gone after `stop_seconds`; `orphan_signal`
    reaches it where its parent is killed. `account` is whom it runs as, where that is not the present user.
    `waits_for` gives in words what is missing while it is not ready. `number` counts the processes of a role from 1 on.
    """

    role: str
    command: Sequence[str]
    folder: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    ready: Callable[[], bool] = lambda: True
    waits_for: Callable[[], str] = lambda: "it does not answer yet"
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    orphan_signal: signal.Signals = signal.SIGKILL
    account: Account | None = None
    number: int = 1

    @property
    def name(self) -> str:
        """What tells it from other processes of its role."""
        return self.role if self.number == 1 else f"{self.role}-{self.number}"


def launched(command: Sequence[str], orphan_signal: signal.Signals, account: Account | None) -> list[str]:
    """The command line that runs a command under another account, and ends it together with this process."""
    wanted = {"parent": os.getpid(), "signal": int(orphan_signal), "user": account.ids if account else None}
    return [sys.executable, "-I", "-S", launch.__file__, json.dumps(wanted), *command]


def start(program: Program, instead: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """Starts the process in a session of its own, its output appended to its log.

    Call it from the main thread: Linux ends a process together with the thread that started it. `instead` is what the
    process does in the place of its command, which it becomes if that returns.
    """
    program.prepare()
    private_folder(program.log.parent)
    bound_log(program.log)
    with program.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own command lines
            launched(program.command, program.orphan_signal, program.account),
            cwd=program.folder,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=instead,
        )


def run_to_end(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    standard_input: str = "",
) -> None:
    """Runs a command that sets something up; raises CannotStart with its output where it fails."""
    done = subprocess.run(  # noqa: S603 - our own command lines
        launched(command, signal.SIGKILL, account),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        output = " ".join((done.stderr or done.stdout).split())
        raise CannotStart(f"nothing can be set up in {folder}: {Path(command[0]).name} said: {output[-300:]}")


def end(process: subprocess.Popen[bytes], program: Program) -> None:
    """Ends the process in order, within the time that its program grants, or kills it; returns once it is gone."""
    if process.poll() is not None:
        return
    process.send_signal(program.stop_signal)
    try:
        process.wait(program.stop_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def bound_log(log: Path) -> None:
    """Keeps a log that has grown large as `….1` and goes on with an empty one; its process may be running."""
    if not log.exists() or log.stat().st_size <= LARGEST_LOG:
        return
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)


@contextmanager
def running(program: Program, seconds: float = 60.0) -> Iterator[subprocess.Popen[bytes]]:
    """The process, started and ready; it is ended at the end. Raises CannotStart where it is not ready in time."""
    process = start(program)
    try:
        until = time.monotonic() + seconds
        while not program.ready():
            if process.poll() is not None or time.monotonic() > until:
                raise CannotStart(f"{program.role} did not start; {program.log} says why")
            time.sleep(POLL_SECONDS)
        yield process
    finally:
        end(process, program)
