"""One process that is kept running: started again, with back-off, whenever it ends."""

import logging
import signal
import subprocess
from enum import StrEnum

from services.local_stack.program import CannotStart, Program, Start, bound_log, end, start
from services.local_stack.sentences import Sentences

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
STEADY_SECONDS = 30.0
"""A process that ran for so long starts again without delay when it ends."""
MOST_ENDS = 5
"""A process that has ended by itself so often in a row, and never lasted, cannot work here."""


class State(StrEnum):
    """The state of a process, as `status` prints it."""

    STARTING = "starting"
    RUNNING = "running"
    BACKING_OFF = "backing-off"
    STOPPED = "stopped"
    EXTERNAL = "external"


class Child:
    """A program and its process; `failures` counts how often it ended, or did not start, before it was ready once.

    `last_error` is how it ended last, with its own last sentence where it left one.
    """

    def __init__(self, program: Program, begin: Start = start) -> None:
        self.program = program
        self._begin = begin
        self.state = State.STOPPED
        self.restarts = 0
        self.failures = 0
        self.last_error: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._was_ready = False
        self._has_lasted = False
        self._own_ends = 0
        self._started_at = 0.0
        self._start_at = 0.0
        self._delay = FIRST_DELAY

    @property
    def role(self) -> str:
        """The program's role."""
        return self.program.role

    @property
    def name(self) -> str:
        """The program's name: its role, and behind the first of it a number."""
        return self.program.name

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process else None

    def is_late(self, now: float, seconds: float) -> bool:
        """Whether the process has been starting for longer than that."""
        return self.state is State.STARTING and now - self._started_at > seconds

    @property
    def is_hopeless(self) -> bool:
        """Whether it ends by itself again and again and has never lasted; what was killed counts for nothing."""
        return self._own_ends >= MOST_ENDS and not self._has_lasted

    @property
    def waits_for(self) -> str:
        """Why the process is not there yet: how it ended last, or what it reports to lack."""
        return self.last_error if self.last_error and self._process is None else self.program.waits_for()

    def step(self, now: float) -> bool:
        """Starts, checks or restarts the process as is due `now` (monotonic seconds); true where something changed."""
        before = (self.state, self.pid)
        if self._process is None:
            if now >= self._start_at:
                self._start(now)
        elif self._process.poll() is not None:
            self._ended(now, self._process.returncode)
        else:
            if self.state is State.STARTING and self.program.ready():
                self.state, self._was_ready = State.RUNNING, True
            self._note_age(now)
        return (self.state, self.pid) != before

    def stop(self) -> None:
        """Ends the process and leaves it so."""
        if self._process:
            end(self._process, self.program)
            logger.info("%s stopped", self.name)
        self._process, self.state = None, State.STOPPED

    def bound_log(self) -> None:
        """Keeps the log from growing without end."""
        bound_log(self.program.log)

    def _note_age(self, now: float) -> None:
        if now - self._started_at >= STEADY_SECONDS:
            self._delay, self._has_lasted = FIRST_DELAY, True

    def _start(self, now: float) -> None:
        self.restarts += self.state is State.BACKING_OFF
        self._sentences = Sentences(self.role, self.program.log)
        try:
            self._process = self._begin(self.program)
        except (CannotStart, OSError) as error:
            self._own_ends += 1
            self._back_off(now, f"{self.name} could not be started ({error})")
            return
        self.state, self._started_at = State.STARTING, now
        logger.info("%s started (process %d)", self.name, self._process.pid)

    def _ended(self, now: float, status: int) -> None:
        self._process = None
        self._note_age(now)
        self._own_ends += status > 0
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        self._back_off(now, f"{self.name} {how}{self._sentences.last_words()}; {self.program.log} says more")

    def _back_off(self, now: float, error: str) -> None:
        self.last_error = error
        self.failures += not self._was_ready
        self.state, self._start_at = State.BACKING_OFF, now + self._delay
        logger.warning("%s; it starts again in %.1f s", error, self._delay)
        self._delay = min(self._delay * 2, LONGEST_DELAY)
