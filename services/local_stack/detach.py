"""`contactpoint up --detach`: starts the stack in the background and returns once it is ready, or has failed."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from services.configuration.private_files import private_folder
from services.local_stack.program import POLL_SECONDS, bound_log
from services.local_stack.state_files import up_log
from services.runtime.roles import DONE, UNREACHABLE

_READY = "ready "
_ANSWERS = (_READY, "pages ")
"""How the lines begin that `up` prints when it is ready, both at once."""
FIRST_MINUTE_SECONDS = 60.0
"""How long it is watched: a stack that is not ready by then goes on starting, unwatched."""


def up_detached(data: Path, options: Sequence[str]) -> int:
    """Starts `up` in a session of its own, and repeats its log until it is ready; gives its exit status.

    A stack that is still starting after the first minute is left to it: then the status is that of a part that is away.
    """
    log = up_log(data)
    private_folder(data)
    private_folder(log.parent)
    bound_log(log)
    command = [sys.executable, "-m", "services.cli.main", "up", *options, "--data", str(data)]
    with log.open("ab") as out:
        begin = out.tell()
        process = subprocess.Popen(  # noqa: S603 - our own command line
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        return _watch(process, log, begin)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _watch(process: "subprocess.Popen[bytes]", log: Path, at: int) -> int:
    until = time.monotonic() + FIRST_MINUTE_SECONDS
    while True:
        ended = process.poll()
        at, lines = _new_lines(log, at)
        for line in lines:
            print(line, file=sys.stdout if line.startswith(_ANSWERS) else sys.stderr, flush=True)
        if any(line.startswith(_READY) for line in lines):
            return DONE
        if ended is not None:
            return ended
        if time.monotonic() > until:
            sentence = (
                f"not ready after {FIRST_MINUTE_SECONDS:.0f} s; it goes on starting, and {log} says how far it is"
            )
            print(f"contactpoint up: {sentence}", file=sys.stderr, flush=True)
            return UNREACHABLE
        time.sleep(POLL_SECONDS)


def _new_lines(log: Path, at: int) -> tuple[int, list[str]]:
    """The whole lines from there on, and where they end."""
    with log.open("rb") as file:
        file.seek(at)
        text = file.read()
    whole = text[: text.rfind(b"\n") + 1]
    return at + len(whole), whole.decode(errors="replace").splitlines()
