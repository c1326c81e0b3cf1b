"""One supervisor a data directory: whoever holds the lock owns everything in it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another supervisor owns the data directory; the text names its process."""


NAMED_WITHIN_SECONDS = 1.0
"""How soon an owner has written its number into the lock that it took."""


def owner(data: Path) -> int | None:
    """The process that owns the data directory; None where nobody does, or its owner has not written who it is."""
    try:
        descriptor = os.open(data / "lock", os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        until = time.monotonic() + NAMED_WITHIN_SECONDS
        while _is_held(descriptor) and time.monotonic() < until:
            number = os.pread(descriptor, 32, 0).strip()
            if number.isdigit():
                return int(number)
            time.sleep(0.01)
    finally:
        os.close(descriptor)
    return None


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


@contextmanager
def owned(data: Path) -> Iterator[None]:
    """Owns the data directory; the system ends that with the process. Raises AlreadyRunning."""
    descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunning(
                f"a stack already runs in {data} (process {holder}): stop it, or name another directory with --data"
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
