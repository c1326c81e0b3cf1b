"""What the supervisor writes down: `stack.json` for the other commands, `children.json` for the supervisor after it."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.configuration.private_files import write_private
from services.configuration.settings import stack_file
from services.local_stack.child import Child, State
from services.local_stack.layout import Layout
from services.local_stack.leftovers import Started, write_record
from services.local_stack.program import Program
from streams.clock import Clock, utc_now


def record_file(data: Path) -> Path:
    """Where the processes of a data directory are on record."""
    return data / "children.json"


def up_log(data: Path) -> Path:
    """The log of a stack in the background."""
    return data / "logs" / "up.log"


class StateFiles:
    """The two files of one stack, replaced as a whole with every change; only their owner may read them.

    `ready` is whether everything has run once.
    """

    def __init__(self, data: Path, layout: Layout, clock: Clock = utc_now) -> None:
        self._data = data
        self._layout = layout
        self._clock = clock
        self._began = self._now()
        self._at_work: dict[str, tuple[bool, str]] = {}
        self._started: dict[int, Started] = {}
        self.ready = False

    def write(self, children: Sequence[Child]) -> None:
        """Records what runs now."""
        running = {child.pid: child.program for child in children if child.pid}
        self._started = {pid: record for pid, record in self._started.items() if pid in running}
        for pid, program in running.items():
            self._remember(program, pid)
        write_record(record_file(self._data), self._started.values())
        write_private(stack_file(self._data), json.dumps(self._stack(children)))

    def add(self, program: Program, pid: int) -> None:
        """Records a process that is no child to be kept running."""
        self._remember(program, pid)
        write_record(record_file(self._data), self._started.values())

    def remove(self) -> None:
        """Removes both: nothing runs any more."""
        stack_file(self._data).unlink(missing_ok=True)
        record_file(self._data).unlink(missing_ok=True)

    def _remember(self, program: Program, pid: int) -> None:
        if pid not in self._started:
            self._started[pid] = Started.now(program.role, pid, program.command, program.stop_signal)

    def _stack(self, children: Sequence[Child]) -> dict[str, Any]:
        here = {child.name: child for child in children}
        programs = (*self._layout.servers, *self._layout.services)
        ours = [self._process(here.get(program.name) or Child(program)) for program in programs]
        return {
            "pid": os.getpid(),
            "started": self._began,
            "ready": self.ready,
            "url": self._layout.url,
            "kafka": self._layout.kafka_address,
            "kafka_sign_in": _sign_in(self._layout),
            "database_url": self._layout.database_url,
            "database_urls": dict(self._layout.database_urls),
            "processes": [*map(_external, self._layout.external), *ours],
        }

    def _process(self, child: Child) -> dict[str, Any]:
        """A process of ours, since when it runs or does not; where it does not, with how it ended last."""
        process = {"role": child.role, "name": child.name, "pid": child.pid, "state": child.state.value}
        process |= {"restarts": child.restarts, "since": self._since(child)}
        return process | ({"said": child.last_error} if child.last_error and child.state is not State.RUNNING else {})

    def _since(self, child: Child) -> str:
        """When it came to run, or not to run, whatever was tried since."""
        runs = child.state is State.RUNNING
        before, since = self._at_work.get(child.name, (not runs, ""))
        self._at_work[child.name] = runs, since if runs is before else self._now()
        return self._at_work[child.name][1]

    def _now(self) -> str:
        return self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def _sign_in(layout: Layout) -> dict[str, str | None] | None:
    """How the stack's own processes sign in to its Kafka, by the names of settings; None where Kafka runs elsewhere."""
    if "kafka" in layout.external:
        return None
    names = ("bootstrap_servers", "security_protocol", "sasl_mechanism", "sasl_username", "sasl_password")
    return {name: getattr(layout.kafka, name) for name in names}


def _external(role: str) -> dict[str, Any]:
    """A server that runs elsewhere."""
    return {"role": role, "name": role, "pid": None, "state": State.EXTERNAL.value, "restarts": 0}
