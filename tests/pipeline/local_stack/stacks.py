"""A stack of stand-ins as a process of its own: started, inspected, ended."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from services.configuration.settings import read_stack
from tests.support.waiting import eventually

SECONDS = 60.0


class Stack:
    """`python -m tests.pipeline.local_stack.stand_in DATA`, with what it prints in files beside the data directory."""

    def __init__(self, folder: Path, run: str = "up", **environment: str) -> None:
        self.data = folder / "data"
        self.out, self.err = folder / f"{run}.out", folder / f"{run}.err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.pipeline.local_stack.stand_in", str(self.data)],
                env={k: v for k, v in os.environ.items() if not k.startswith("CONTACTPOINT_")} | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    def until_ready(self) -> "Stack":
        eventually(lambda: self.out.read_text().startswith("ready http") or self.process.poll() is not None)
        assert self.out.read_text().startswith("ready http"), self.err.read_text()
        eventually((self.data / "registrar.can-be-stopped").exists)  # nothing asks the stand-in whether it is ready
        return self

    def of(self, role: str) -> dict[str, Any]:
        """The entry of a role in the stack's file."""
        return next(p for p in read_stack(self.data)["processes"] if p["role"] == role)

    def addresses(self) -> tuple[str, str, str]:
        state = read_stack(self.data)
        return state["url"], state["kafka"], state["database_url"]

    def kill(self, role: str) -> None:
        os.kill(self.of(role)["pid"], signal.SIGKILL)

    def until_restarted(self, role: str, restarts: int) -> None:
        def runs_again() -> bool:
            process = self.of(role)
            return (process["state"], process["restarts"]) == ("running", restarts)

        eventually(runs_again)

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def recorded(self) -> set[int]:
        return {child["pid"] for child in json.loads((self.data / "children.json").read_text())}

    def end(self) -> int:
        """Stops it in order; gives its exit status."""
        self.process.terminate()
        return self.process.wait(SECONDS)

    def clean(self) -> None:
        """Ends whatever is left of it."""
        left = self.descendants() if self.process.poll() is None else []
        if self.process.poll() is None:
            self.end()
        for process in left:
            if process.is_running():
                process.kill()
