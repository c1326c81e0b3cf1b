"""What a leaf says: one line of the log's name, the position, and the SHA-256 of the bytes published there.

What is personal in those bytes is sealed with random nonces, so the digest of them hides it. The index of a leaf is the
position less one.
"""

from typing import NamedTuple

LABEL = "contactpoint/v1"
LOGS = ("register", "access")
"""The logs that have a tree."""
_PARTS = 4
_HEX_DIGITS = 64


class Entry(NamedTuple):
    """A leaf, read."""

    log: str
    position: int
    digest: bytes


def entry_line(log: str, position: int, digest: bytes) -> bytes:
    """The leaf of an event."""
    return b"%b %b %d %b\n" % (LABEL.encode(), log.encode(), position, digest.hex().encode())


def read_entry(line: bytes) -> Entry:
    """A leaf, read strictly; raises ValueError where it is none."""
    parts = line.decode("ascii").removesuffix("\n").split(" ")
    if len(parts) != _PARTS or parts[1] not in LOGS or len(parts[3]) != _HEX_DIGITS or not parts[2].isdecimal():
        raise ValueError("not a leaf of a log of ContactPoint")
    entry = Entry(parts[1], int(parts[2]), bytes.fromhex(parts[3]))
    if entry_line(*entry) != line:
        raise ValueError("not a leaf of a log of ContactPoint")
    return entry
