"""Becomes another program that ends together with its parent; run as a script, before any thread or import is there.

Arguments: a JSON object `{"parent": pid, "signal": number, "user": null or [uid, gid, [more gids]]}`, then the command.
"""

import ctypes
import json
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Gives up root where asked to, asks Linux for a signal once the parent dies, and becomes the command."""
    wanted, command = json.loads(sys.argv[1]), sys.argv[2:]
    if wanted["user"]:
        uid, gid, groups = wanted["user"]
        os.setgroups(groups)
        os.setgid(gid)
        os.setuid(uid)
    end_with(wanted["parent"], wanted["signal"])
    os.execvp(command[0], command)  # noqa: S606 - our own command lines


def end_with(parent: int, number: int) -> None:
    """Asks Linux to send this process that signal once its parent dies; exits where that has happened already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the parent has ended")


if __name__ == "__main__":
    main()
