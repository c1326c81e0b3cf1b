"""The folder of a run: a temporary one, locked by its process, and removed by a later run at the latest."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from services.local_stack.lock import AlreadyRunning, owned

PREFIX = "contactpoint-bench-"
NEW_SECONDS = 600.0
"""A folder that has no lock after so long belongs to no run that is just beginning."""


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder of this process, gone at the end; what killed runs have left is removed first."""
    remove_left(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX) as made, owned(Path(made)):
        yield Path(made)


def remove_left(within: Path) -> None:
    """Removes the folders of runs of this user whose process is gone, and with it everything that it started."""
    for folder in within.glob(f"{PREFIX}*"):
        with suppress(AlreadyRunning, OSError):
            if _is_ours(folder) and not _in_use(folder):
                with owned(folder):
                    shutil.rmtree(folder)


def _is_ours(folder: Path) -> bool:
    status = folder.lstat()
    has_begun = (folder / "lock").exists() or time.time() - status.st_mtime > NEW_SECONDS
    return folder.is_dir() and not folder.is_symlink() and status.st_uid == os.geteuid() and has_begun


def _in_use(folder: Path) -> bool:
    return any(_works_in(process, str(folder)) for process in psutil.process_iter())


def _works_in(process: psutil.Process, folder: str) -> bool:
    try:
        return process.cwd().startswith(folder) or any(folder in word for word in process.cmdline())
    except psutil.Error:
        return False
