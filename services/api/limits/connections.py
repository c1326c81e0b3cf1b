"""Which connections are open: a bound on all of them, and on those of one address where that is set."""

from collections import Counter
from http import HTTPStatus
from typing import Protocol

MOST_CONNECTIONS = 512
"""Twice as many as can be busy for whoever gives no name (`fairness.py`, and 128 of the pages): others find a place."""


class Idle(Protocol):
    """A connection that may be ended while no request is in hand on it."""

    def make_room(self) -> None:
        """Ends it."""


class Connections:
    """The open connections of a process, each busy with a request or idle.

    Where all places are taken, the connection that was idle longest makes room for a new one: nobody waits for clients
    that hold connections and send nothing.
    """

    def __init__(self, most: int, most_of_an_address: int | None = None) -> None:
        self._most = most
        self._most_of_an_address = most_of_an_address
        self._addresses: dict[Idle, str] = {}
        self._of_address: Counter[str] = Counter()
        self._idle: dict[Idle, None] = {}

    def enter(self, connection: Idle, address: str) -> HTTPStatus | None:
        """Takes in a connection; gives the status to refuse it with where there is no place for it."""
        if self._most_of_an_address is not None and self._of_address[address] >= self._most_of_an_address:
            return HTTPStatus.TOO_MANY_REQUESTS
        if len(self._addresses) >= self._most:
            longest = next(iter(self._idle), None)
            if longest is None:
                return HTTPStatus.SERVICE_UNAVAILABLE
            self.leave(longest)
            longest.make_room()
        self._addresses[connection] = address
        self._of_address[address] += 1
        self._idle[connection] = None
        return None

    def leave(self, connection: Idle) -> None:
        """Forgets a connection, one that was refused too."""
        address = self._addresses.pop(connection, None)
        if address is None:
            return
        self._idle.pop(connection, None)
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]

    def is_busy(self, connection: Idle) -> None:
        """A request has arrived on it."""
        self._idle.pop(connection, None)

    def is_idle(self, connection: Idle) -> None:
        """Its request has been answered."""
        if connection in self._addresses:
            self._idle[connection] = None
