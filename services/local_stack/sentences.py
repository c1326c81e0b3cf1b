"""The sentences in a service's log: lines `HH:MM:SS role sentence`. Others, such as a server's, are not repeated."""

import re
from pathlib import Path

MOST_BYTES = 64 * 1024
"""Read at most of what was added to a log since the last call; what is older is passed over."""


class Sentences:
    """The sentences that a role adds to its log from now on."""

    def __init__(self, role: str, log: Path) -> None:
        self._log = log
        self._line = re.compile(rf"\d\d:\d\d:\d\d {re.escape(role)} (.+)")
        self._at = _size(log)
        self._last: str | None = None

    def read(self) -> list[str]:
        """Those that were added since the last call, in their order; a line that is not whole yet waits."""
        size = _size(self._log)
        if size < self._at:  # the log was cut off and begun anew
            self._at = 0
        if size == self._at:
            return []
        with self._log.open("rb") as log:
            log.seek(max(self._at, size - MOST_BYTES))
            text = log.read(MOST_BYTES)
        whole = text[: text.rfind(b"\n") + 1]
        self._at = size - len(text) + len(whole)
        lines = whole.decode(errors="replace").splitlines()
        added = [found[1] for line in lines if (found := self._line.fullmatch(line))]
        self._last = added[-1] if added else self._last
        return added

    def last_words(self) -> str:
        """The last of them behind a colon, for the end of a sentence; nothing where there is none."""
        self.read()
        return f": {self._last}" if self._last else ""


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
