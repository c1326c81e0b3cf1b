"""The processes that a supervisor started, on record, so that the next one can end what a killed one left."""

import json
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from services.configuration.private_files import write_private

CLOCK_SECONDS = 2.0
"""How far two readings of a process's time of start may differ: the system's idea of when it booted moves a little."""
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Started:
    """A process as it was started: `created` in seconds since the epoch, `command` without the program's path."""

    role: str
    pid: int
    created: float
    command: list[str]
    stop_signal: int

    @classmethod
    def now(cls, role: str, pid: int, command: Sequence[str], stop_signal: signal.Signals) -> "Started":
        """The record of a child that was started just now."""
        try:
            created = psutil.Process(pid).create_time()
        except psutil.Error:
            created = 0.0
        return cls(role, pid, created, list(command[1:]), int(stop_signal))

    def find(self) -> psutil.Process | None:
        """The process, if it still runs; a later one that was given its number is not it."""
        try:
            process = psutil.Process(self.pid)
            same_age = abs(process.create_time() - self.created) < CLOCK_SECONDS
            same_command = set(self.command) <= set(process.cmdline())
        except psutil.Error:
            return None
        return process if same_age and same_command else None


def write_record(file: Path, children: Iterable[Started]) -> None:
    """Replaces the record of what runs."""
    write_private(file, json.dumps([asdict(child) for child in children]))


def end_leftovers(file: Path) -> list[str]:
    """Ends every recorded process that still runs, in order where possible; gives their roles once they are gone.

    The caller owns the data directory.
    """
    try:
        recorded = [Started(**child) for child in json.loads(file.read_text(encoding="utf-8"))]
    except (FileNotFoundError, ValueError, TypeError):
        return []
    found = [(child, process) for child in recorded if (process := child.find())]
    end_processes([(process, child.stop_signal) for child, process in found], STOP_SECONDS)
    return [child.role for child, _ in found]


def end_processes(processes: Sequence[tuple[psutil.Process, int]], seconds: float) -> None:
    """Sends each process its signal, and kills what is not gone after so many seconds."""
    for process, number in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    _, stubborn = psutil.wait_procs([process for process, _ in processes], timeout=seconds)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=seconds)
