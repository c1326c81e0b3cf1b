"""`contactpoint up`: the whole stack in the foreground, until it gets a signal to stop."""

import logging
import sys
import threading
from collections.abc import Callable

from services.auth.pages_keys import local_address
from services.auth.trust import refuse_local_issuer_elsewhere
from services.configuration.logs import log_to_stderr
from services.configuration.setting_errors import NotConfigured
from services.configuration.settings import Settings
from services.local_stack.jars import JarError
from services.local_stack.lock import AlreadyRunning
from services.local_stack.program import CannotStart
from services.local_stack.supervisor import Supervisor
from services.runtime.roles import DONE, FAILED, UNREACHABLE

logger = logging.getLogger(__name__)


def up(
    settings: Settings,
    after_ready: Callable[[str], None] | None = None,
    once: bool = False,
    supervisor: Supervisor | None = None,
) -> int:
    """Runs the stack; prints `ready <url>` and the pages' address once it takes submissions; gives the exit status.

    `after_ready(url)` is called then, in a thread of its own, while the stack goes on running. With `once` the stack
    stops when that has returned. An exception of it stops the stack and is raised here. `supervisor` runs another stack
    than the usual one.
    """
    log_to_stderr("up")
    supervisor = supervisor or Supervisor(settings)
    try:
        refuse_local_issuer_elsewhere(settings)
        _refuse_tls(settings)
    except NotConfigured as error:
        return _refuse(str(error), UNREACHABLE)
    after = _AfterReady(settings, after_ready, supervisor.stop, once)
    try:
        supervisor.run(after.begin)
    except AlreadyRunning as error:
        return _refuse(str(error), FAILED)
    except (CannotStart, JarError) as error:
        return _refuse(str(error), UNREACHABLE)
    if after.error:
        raise after.error
    return DONE


class _AfterReady:
    """What follows once the stack is ready."""

    def __init__(
        self, settings: Settings, call: Callable[[str], None] | None, stop: Callable[[], None], once: bool
    ) -> None:
        self._settings, self._call, self._stop, self._once = settings, call, stop, once
        self.error: BaseException | None = None

    def begin(self, url: str) -> None:
        pages = local_address(self._settings, url)
        print(f"ready {url}" + (f"\npages {pages}" if pages else ""), flush=True)  # at once, for who reads a log
        if self._call:
            threading.Thread(target=self._run, args=(self._call, url), daemon=True).start()
        elif self._once:
            self._stop()

    def _run(self, call: Callable[[str], None], url: str) -> None:
        try:
            call(url)
        except BaseException as error:
            self.error = error
            self._stop()
        if self._once:
            self._stop()


def _refuse_tls(settings: Settings) -> None:
    """Raises NotConfigured with TLS: a stack's own API is called on this machine, in plain HTTP."""
    if settings.tls is not None:
        raise NotConfigured("CONTACTPOINT_TLS_CERT is for `contactpoint run api`; unset it for a stack on this machine")


def _refuse(sentence: str, status: int) -> int:
    print(f"contactpoint up: {sentence}", file=sys.stderr, flush=True)
    return status
