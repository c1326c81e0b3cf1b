"""Processes forked from one that has imported the command and the projector: a start that costs hardly anything.

Tests of a whole stack run hundreds of verbs, and crash tests kill dozens of processes. That each also starts from
nothing is shown by `tests/cli`, and by every stack.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["tests.support.forked_from"])


def forked(run: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that runs a function; it can be killed, paused and waited for as any other."""
    process = _forking.Process(target=run, args=arguments)
    process.start()
    return process


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
    os.environ.clear()
    os.environ.update(environ)
    tempfile.tempdir = None
    os.dup2(os.open(out, os.O_WRONLY), 1)
    os.dup2(os.open(errors, os.O_WRONLY), 2)
    from services.cli.main import main

    sys.exit(main(words))
