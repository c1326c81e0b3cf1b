"""What happens to the processes: one is killed, paused or stopped, at any moment, and comes back."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import psutil

from services.local_stack.child import Child
from tests.crash.soak.processes import Processes

LONGEST_PAUSE_S = 20.0
"""Longer than a group of Kafka waits for a member, and than locks are waited for."""


class Faults:
    """One fault after the other, `every` seconds apart on average; `counted` has them by what and whom."""

    def __init__(self, processes: Processes, rng: random.Random, every: float, progress: Callable[[str], None]) -> None:
        self._processes, self._rng, self._every, self._progress = processes, rng, every, progress
        self.counted: Counter[str] = Counter()
        self._asleep: list[tuple[float, psutil.Process]] = []
        self._next_at = time.monotonic()

    def step(self) -> None:
        """Does what is due."""
        now = time.monotonic()
        for awake_at, process in self._asleep:
            if awake_at <= now:
                _send(process, signal.SIGCONT)
        self._asleep = [each for each in self._asleep if each[0] > now]
        if now >= self._next_at:
            self._next_at = now + self._rng.uniform(0, 2 * self._every)
            if running := self._processes.children():
                self._happen(self._rng.choice(running))

    def wake_all(self) -> None:
        """Ends every pause."""
        for _, process in self._asleep:
            _send(process, signal.SIGCONT)
        self._asleep.clear()

    def _happen(self, child: Child) -> None:
        what = self._rng.choice(["kill", "kill", "pause", "stop"])
        process, whom = psutil.Process(child.pid), child.name
        if child.role == "postgres" and self._rng.random() < 0.5 and (backends := process.children()):
            process, whom = self._rng.choice(backends), "a process of postgres"
            what = self._rng.choice(["kill", "pause"])
        self.counted[f"{what} {whom.partition('-')[0]}"] += 1
        self._progress(f"{what} {whom}")
        if what == "pause":
            self._asleep.append((time.monotonic() + self._rng.uniform(0.5, LONGEST_PAUSE_S), process))
        _send(process, {"kill": signal.SIGKILL, "pause": signal.SIGSTOP}.get(what, child.program.stop_signal))


def _send(process: psutil.Process, what: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(what)
