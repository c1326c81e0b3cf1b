"""How one API process shares out its connections to Postgres, so that all of them together stay within the setting.

A request may hold one of `requests` for as long as it reads, and meanwhile wait for one of `look_ups` or for the access
log. Those are held for one statement and wait for nothing else, so nobody waits in a circle.
"""

from typing import NamedTuple

DEFAULT = 12
"""Three API processes, with every other role twice, stay below the 97 connections that Postgres gives by default."""
OF_THE_ACCESS_LOG = 2
"""As in `AccessAppender`: to write, and to read."""
FOR_A_COMPARISON = 1
"""A comparison of policies runs in a process of its own, one at a time."""
FOR_LOOK_UPS = 2
"""Rights, keys, notices and health are read in a statement each, and rights are cached for a second."""
_APART = OF_THE_ACCESS_LOG + FOR_A_COMPARISON + FOR_LOOK_UPS
LEAST = _APART + 1
"""With one connection for requests."""
WAIT_S = 20
"""How long a request waits for a connection; the longest of those before it, exports and reports, take some seconds."""


class Shares(NamedTuple):
    """How many connections there are for each purpose."""

    requests: int
    look_ups: int


def share_out(total: int | None) -> Shares:
    """The shares of so many connections in all, from LEAST on; None is DEFAULT."""
    return Shares((total or DEFAULT) - _APART, FOR_LOOK_UPS)
