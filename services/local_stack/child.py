"""One process that is kept running: started again, with back-off, whenever it ends."""

import logging
import signal
import subprocess
from enum import StrEnum

from services.local_stack.program import CannotStart, Program, bound_log, end, start

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
STEADY_SECONDS = 30.0
"""A process that ran for so long starts again without delay when it ends."""


class State(StrEnum):
    """What `status` says of a process."""

    STARTING = "starting"
    RUNNING = "running"
    BACKING_OFF = "backing-off"
    STOPPED = "stopped"
    EXTERNAL = "external"


class Child:
    """A program and its process; `failures` counts how often it ended, or did not start, before it was ready once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.state = State.STOPPED
        self.restarts = 0
        self.failures = 0
        self.last_error: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._was_ready = False
        self._started_at = 0.0
        self._start_at = 0.0
        self._delay = FIRST_DELAY

    @property
    def role(self) -> str:
        """The program's role."""
        return self.program.role

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process else None

    def is_late(self, now: float, seconds: float) -> bool:
        """Whether the process has been starting for longer than that."""
        return self.state is State.STARTING and now - self._started_at > seconds

    def step(self, now: float) -> bool:
        """Starts, checks or restarts the process as is due `now` (monotonic seconds); true where something changed."""
        before = (self.state, self.pid)
        if self._process is None:
            if now >= self._start_at:
                self._start(now)
        elif self._process.poll() is not None:
            self._ended(now, self._process.returncode)
        elif self.state is State.STARTING:
            if self.program.ready():
                self.state, self._was_ready = State.RUNNING, True
        elif now - self._started_at >= STEADY_SECONDS:
            self._delay = FIRST_DELAY
        return (self.state, self.pid) != before

    def stop(self) -> None:
        """Ends the process and leaves it so."""
        if self._process:
            end(self._process, self.program)
            logger.info("%s stopped", self.role)
        self._process, self.state = None, State.STOPPED

    def bound_log(self) -> None:
        """Keeps the log from growing without end."""
        bound_log(self.program.log)

    def _start(self, now: float) -> None:
        self.restarts += self.state is State.BACKING_OFF
        try:
            self._process = start(self.program)
        except (CannotStart, OSError) as error:
            self.last_error = str(error)
            self._back_off(now, f"could not be started ({error})")
            return
        self.state, self._started_at = State.STARTING, now
        logger.info("%s started (process %d)", self.role, self._process.pid)

    def _ended(self, now: float, status: int) -> None:
        self._process = None
        if now - self._started_at >= STEADY_SECONDS:
            self._delay = FIRST_DELAY
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        self.last_error = f"{self.role} {how}; {self.program.log} says why"
        self._back_off(now, how)

    def _back_off(self, now: float, how: str) -> None:
        self.failures += not self._was_ready
        self.state, self._start_at = State.BACKING_OFF, now + self._delay
        logger.warning("%s %s; it starts again in %.1f s", self.role, how, self._delay)
        self._delay = min(self._delay * 2, LONGEST_DELAY)
