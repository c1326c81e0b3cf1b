"""What happened lately to things that have a name, in this process and in bounded memory."""

import threading

from streams.clock import Clock


class Remembered:
    """Texts by name, each for so many seconds; with more than `most`, the oldest is forgotten. Threads may share it."""

    def __init__(self, clock: Clock, holds_s: int, most: int) -> None:
        self._clock, self._holds_s, self._most = clock, holds_s, most
        self._lock = threading.Lock()
        self._noted: dict[str, tuple[float, str]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._noted

    def note(self, name: str, text: str = "") -> bool:
        """Remembers a name anew; whether nothing of it was remembered before."""
        now = self._clock().timestamp()
        with self._lock:
            is_new = self._noted.pop(name, None) is None
            self._noted[name] = now, text
            while len(self._noted) > self._most or now - next(iter(self._noted.values()))[0] > self._holds_s:
                del self._noted[next(iter(self._noted))]
            return is_new

    def text(self, name: str, otherwise: str) -> str:
        """What is remembered of a name."""
        return self._noted.get(name, (0.0, otherwise))[1]
