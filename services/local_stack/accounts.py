"""The account that Postgres runs as: it refuses to run as root, and root's folders are closed to everyone else."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its groups, by number; `groups` are the ones through which it may enter its folders."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    @property
    def ids(self) -> list[int | list[int]]:
        """The numbers in the order in which `launch` takes them."""
        return [self.uid, self.gid, list(self.groups)]

    def own(self, path: Path) -> None:
        """Makes this account the owner of a file or folder."""
        os.chown(path, self.uid, self.gid)


def unprivileged_account(*folders: Path) -> Account | None:
    """None for an ordinary user; for root an account without rights, which can enter the folders.

    The way to a folder is opened to the group that owns it, and to nobody else, where it was closed.
    """
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    closed = {step for folder in folders for step in (folder, *folder.parents) if not _admits(step, stat.S_IXOTH)}
    for step in closed:
        if not _admits(step, stat.S_IXGRP):
            step.chmod(stat.S_IMODE(step.stat().st_mode) | stat.S_IXGRP)
    return Account(entry.pw_uid, entry.pw_gid, tuple(sorted({step.stat().st_gid for step in closed})))


def _admits(folder: Path, whom: int) -> bool:
    return bool(folder.stat().st_mode & whom)
