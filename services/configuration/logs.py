"""The services' log: one line a message on standard error, never with the text of an exception: it may be personal."""

import logging
import sys
import threading
import traceback
from pathlib import Path

CHATTY = ("faust", "mode", "asyncio", "uvicorn", "httpx")
"""Libraries that report below a warning what nobody has to read."""
SILENT = ("aiokafka", "kafka")
"""Libraries that report each attempt to reach a server that is away; the services log it once, and raise the rest."""


class OneLine(logging.Formatter):
    """`HH:MM:SS role message`; of an exception it shows the type and the places in the code."""

    def __init__(self, role: str) -> None:
        super().__init__(f"%(asctime)s {role} %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The whole record on one line."""
        return " ".join(super().format(record).split("\n"))

    def formatException(self, ei: object) -> str:  # noqa: N802
        """The type of the exception and, innermost first, where it came through."""
        error = ei[1] if isinstance(ei, tuple) else None
        return f"({places(error)})" if isinstance(error, BaseException) else ""


def places(error: BaseException) -> str:
    """What a log may hold of any exception, its text left out: `Type at file:line, called at file:line, …`."""
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__} at {', called at '.join(reversed(frames))}"


def log_to_stderr(role: str) -> None:
    """Sends every message of this process from INFO on to standard error, marked with the role.

    What ends a thread is reported likewise, instead of with a traceback.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(role))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.raiseExceptions = False  # a line that could not be written would be answered by the exception in hand
    threading.excepthook = _report_thread


def _report_thread(ended: threading.ExceptHookArgs) -> None:
    name = ended.thread.name if ended.thread else "a thread"
    logging.getLogger(__name__).error("%s ended by %s", name, places(ended.exc_value or ended.exc_type()))
