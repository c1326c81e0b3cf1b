"""The leaves of a tree: one line of the log's name, the position, and the SHA-256 of the bytes published there.

What is personal in those bytes is sealed with random nonces, so the digest of them hides it. The index of a leaf is the
position less one.
"""

from typing import NamedTuple

LABEL = "contactpoint/v1"
LOGS = ("register", "access")
"""The logs that have a tree."""
_FIELDS = 4
_HEX_DIGITS = 64


class Entry(NamedTuple):
    """A parsed leaf."""

    log: str
    position: int
    digest: bytes


def entry_line(log: str, position: int, digest: bytes) -> bytes:
    """The leaf of an event."""
    return b"%b %b %d %b\n" % (LABEL.encode(), log.encode(), position, digest.hex().encode())


def read_entry(line: bytes) -> Entry:
    """Parses a leaf strictly; raises ValueError where the line is none."""
    fields = line.decode("ascii").removesuffix("\n").split(" ")
    if len(fields) != _FIELDS or fields[1] not in LOGS or len(fields[3]) != _HEX_DIGITS or not fields[2].isdecimal():
        raise ValueError("not a leaf of a log of ContactPoint")
    entry = Entry(fields[1], int(fields[2]), bytes.fromhex(fields[3]))
    if entry_line(*entry) != line:
        raise ValueError("not a leaf of a log of ContactPoint")
    return entry
