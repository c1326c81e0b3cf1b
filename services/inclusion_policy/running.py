"""A comparison that runs in a process of its own, so that its work slows nobody's answer."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from domain.organisations import Succession, successions

PIECE = 64 * 1024


@dataclass(frozen=True)
class Job:
    """What is to be compared: each policy as the name that messages give it and its text; the model's text or None.

    `directory` is the policy under which the directory runs, by its name and text too; `successions` are what became of
    codes in the process that asks.
    """

    database_url: str
    policies: Sequence[tuple[str, str]]
    on: str
    model: str | None
    lists: Sequence[str]
    directory: tuple[str, str]
    successions: Sequence[Succession] = field(default_factory=lambda: successions().each)


class Run:
    """One process at work; `end` it in any case."""

    def __init__(self, job: Job) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "services.inclusion_policy.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._out = self._process.stdout
        with self._process.stdin as standard_input:
            standard_input.write(json.dumps(asdict(job)).encode())

    def next_message(self) -> dict[str, Any] | None:
        """The next message, see `process.py`; None where the process has ended without one."""
        line = self._out.readline()
        message: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
        return message

    def piece(self) -> bytes:
        """The next piece of the answer, which follows the message `ready`; empty at its end."""
        return self._out.read1(PIECE) if hasattr(self._out, "read1") else self._out.read(PIECE)

    def end(self) -> None:
        """Ends the process wherever it is."""
        self._process.kill()
        self._process.wait()
