"""The one supervisor: owns Kafka, Postgres and every service, keeps them running, and ends them in order."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from types import FrameType

from services.configuration.private_files import private_folder
from services.configuration.settings import Settings
from services.local_stack.child import FIRST_DELAY, MOST_ENDS, Child, State
from services.local_stack.layout import SERVICES, STOP_ORDER, Command, Layout, lay_out, service_command
from services.local_stack.leftovers import end_leftovers
from services.local_stack.lock import owned
from services.local_stack.patience import Patience
from services.local_stack.program import CannotStart, Program, Start, bound_log, end, start
from services.local_stack.sentences import Sentences
from services.local_stack.state_files import StateFiles, record_file, up_log
from services.runtime.roles import DONE, UNREACHABLE

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STEP_SECONDS = 0.1
LOG_CHECK_SECONDS = 10.0
SERVER_TRIES, SERVER_SECONDS = 5, 180.0
"""How often a server may fail, and how long it may take, before it is ready for the first time."""
INIT_TRIES = 3


class Stopped(Exception):
    """The supervisor got a signal to stop."""


class Supervisor:
    """Runs the stack of one data directory; `services` are the services there are, `command` how each is run.

    `start` begins each process.
    """

    def __init__(
        self,
        settings: Settings,
        services: Sequence[str] = SERVICES,
        command: Command = service_command,
        start: Start = start,
    ) -> None:
        self._settings = settings
        self._services = services
        self._command = command
        self._start = start
        self._children: list[Child] = []
        self._stop = threading.Event()
        self._interruptible = True
        self._check_logs_at = 0.0

    def run(self, on_ready: Callable[[str], None]) -> None:
        """Starts everything, calls `on_ready(url)` once all of it answers, and returns when it was stopped and is gone.

        Call it in the main thread: signals arrive there, and Linux ends children with the thread that started them.
        Raises AlreadyRunning; CannotStart and JarError where a part cannot be started for the first time.
        """
        data = private_folder(self._settings.data)
        with self._signals(), suppress(Stopped), owned(data):
            left = end_leftovers(record_file(data))
            if left:
                logger.warning("ended what an earlier supervisor left: %s", ", ".join(left))
            layout = lay_out(self._settings, self._services, self._command)
            self._interruptible = False
            self._files = StateFiles(data, layout)
            with layout.door or nullcontext():
                try:
                    self._bring_up(layout, on_ready)
                    self._until(lambda: False)
                finally:
                    self._take_down()

    def stop(self) -> None:
        """Has a running supervisor stop; any thread may call it."""
        self._stop.set()

    def _bring_up(self, layout: Layout, on_ready: Callable[[str], None]) -> None:
        self._children = [Child(program, self._start) for program in layout.servers]
        self._files.write(self._children)
        self._until(self._servers_run)
        self._initialise(layout.init)
        self._children += [Child(program, self._start) for program in layout.services]
        self._until(self._all_run)
        self._files.ready = True
        self._files.write(self._children)
        logger.info("everything runs")
        on_ready(layout.url)

    def _take_down(self) -> None:
        self._children.sort(key=lambda child: STOP_ORDER.index(child.role))
        for child in self._children:
            child.stop()
            self._files.write(self._children)
        self._files.remove()

    def _until(self, condition: Callable[[], bool]) -> None:
        """Keeps the children running until the condition holds; raises Stopped."""
        patience = Patience(time.monotonic())
        while True:
            self._step()
            if self._stop.is_set():
                raise Stopped
            if condition():
                return
            patience.spend(self._children, time.monotonic())
            self._stop.wait(STEP_SECONDS)

    def _step(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.step(now):
                self._files.write(self._children)
            if child.is_hopeless:
                raise CannotStart(f"given up after {MOST_ENDS} tries: {child.waits_for}")
        if now >= self._check_logs_at:
            self._check_logs_at = now + LOG_CHECK_SECONDS
            for child in self._children:
                child.bound_log()
            bound_log(up_log(self._settings.data))

    def _all_run(self) -> bool:
        return all(child.state is State.RUNNING for child in self._children)

    def _servers_run(self) -> bool:
        for child in self._children:
            if child.failures >= SERVER_TRIES:
                raise CannotStart(child.last_error or f"{child.role} cannot be started")
            if child.is_late(time.monotonic(), SERVER_SECONDS):
                raise CannotStart(f"{child.role} does not answer; {child.program.log} says more")
        return self._all_run()

    def _initialise(self, program: Program) -> None:
        """Runs `init` until it succeeds; gives up at once where it could not reach, or may not make, what is needed."""
        sentences = Sentences(program.role, program.log)
        for attempt in range(INIT_TRIES):
            status = self._run_once(program, sentences)
            if status == DONE:
                return
            if status == UNREACHABLE:
                break
            self._pause(FIRST_DELAY * 2**attempt)
        raise CannotStart(f"the stack cannot be set up{sentences.last_words()}; {program.log} says more")

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        self._until(lambda: time.monotonic() >= until)

    def _run_once(self, program: Program, sentences: Sentences) -> int:
        """Runs a program to its end, and logs its sentences; gives its exit status."""
        process = self._start(program)
        self._files.add(program, process.pid)

        def has_ended() -> bool:
            ended = process.poll() is not None
            for sentence in sentences.read():
                logger.info("%s: %s", program.role, sentence)
            return ended

        try:
            self._until(has_ended)
        finally:
            end(process, program)
        return process.returncode

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Lets signals stop the supervisor; one that comes before there is a child to end interrupts at once."""

        def stop(_signal: int, _frame: FrameType | None) -> None:
            self._stop.set()
            if self._interruptible:
                self._interruptible = False
                raise Stopped

        before = {number: signal.signal(number, stop) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
