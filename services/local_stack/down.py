"""`contactpoint down`: stops the stack of a data directory from beside it, and returns once all of it is gone."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from services.configuration.settings import read_stack, stack_file
from services.local_stack.leftovers import end_leftovers
from services.local_stack.lock import AlreadyRunning, owned, owner
from services.local_stack.program import POLL_SECONDS
from services.local_stack.state_files import record_file

SECONDS_A_PROCESS = 20.0
"""A service may take 15 s to end what it has in hand, and a server 20 s; they are ended one after the other."""


class NothingRuns(Exception):
    """No stack runs in the data directory."""


class CannotStop(Exception):
    """The stack may not be stopped by this user, or still stops; the text says which process it is, and what to do."""


@dataclass(frozen=True, slots=True)
class Down:
    """The processes that ran and are gone, how long it took, and whether their supervisor had ended before them."""

    roles: list[str]
    seconds: float
    were_left: bool = False


def down(data: Path) -> Down:
    """Stops the supervisor of the directory, or what a killed one left; raises NothingRuns and CannotStop."""
    began = time.monotonic()
    supervisor = _supervisor(data)
    if supervisor is None:
        return Down(_clear_away(data), time.monotonic() - began, were_left=True)
    running = [process["name"] for process in read_stack(data).get("processes", []) if process["pid"]]
    within = SECONDS_A_PROCESS * (len(running) + 1)
    try:
        supervisor.terminate()
    except psutil.NoSuchProcess:
        pass  # it has ended by itself meanwhile
    except psutil.AccessDenied:
        raise CannotStop(f"process {supervisor.pid} belongs to another user; stop it as that user") from None
    while not _has_ended(supervisor):
        if time.monotonic() - began > within:
            raise CannotStop(f"process {supervisor.pid} has not ended within {within:.0f} s; see {data / 'logs'}")
        time.sleep(POLL_SECONDS)
    return Down(running, time.monotonic() - began)


def _has_ended(process: psutil.Process) -> bool:
    """Whether it is gone, or all that is left is its exit status, which its parent has not read yet."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _supervisor(data: Path) -> psutil.Process | None:
    """The process that owns the directory; one that was given the number of an ended owner is not it."""
    pid = owner(data)
    try:
        process = psutil.Process(pid) if pid else None
    except psutil.NoSuchProcess:
        return None
    return process if owner(data) == pid else None


def _clear_away(data: Path) -> list[str]:
    """Ends what a killed supervisor left, which is mostly nothing: its children end with it. Raises NothingRuns."""
    if not record_file(data).exists():
        raise NothingRuns(f"no stack runs in {data}")
    try:
        with owned(data):
            left = end_leftovers(record_file(data))
            record_file(data).unlink(missing_ok=True)
            stack_file(data).unlink(missing_ok=True)
    except AlreadyRunning:
        raise CannotStop(f"a stack is just starting in {data}; try again") from None
    if not left:
        raise NothingRuns(f"no stack runs in {data}: its supervisor has ended, and left nothing")
    return left
