"""A tree cut into tiles (C2SP tlog-tiles): 256 hashes of one level each, and bundles of 256 entries.

Tile (L, N) holds the hashes of complete subtrees (8·L, 256·N …). Level 0 is never stored: its hashes follow from the
entries.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from domain.transparency.entries import entry_line
from domain.transparency.merkle import HASH_BYTES, Nodes, leaf_hash, subtree_root

WIDTH = 256
HEIGHT = 8
HIGHEST = 63
"""No level of a tile is higher, by the format."""
_PATH = re.compile(r"(?:(entries)|(0|[1-9]\d?))/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


class Tile(NamedTuple):
    """Names a tile; `level` is None for a bundle of entries. `width` is how many of its 256 places are filled."""

    level: int | None
    number: int
    width: int

    @property
    def path(self) -> str:
        """Its place below `tile/`."""
        level = "entries" if self.level is None else str(self.level)
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")


ReadTile = Callable[[int, int], bytes]
"""The hashes of a tile by level and number, one after the other; of level 0 they are digests of what was published."""


def read_path(path: str) -> Tile | None:
    """The tile at a place below `tile/`; None where the text names none."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    entries, level, number, width = found.groups()
    tile = Tile(
        None if entries else int(level), int(number.replace("x", "").replace("/", "")), int(width) if width else WIDTH
    )
    return tile if tile.path == path and (tile.level or 0) <= HIGHEST else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile and bundle of a tree of that size, the partial ones at its right edge included."""
    for level in (None, *range(HIGHEST + 1)):
        filled = size >> (HEIGHT * (level or 0))
        if filled == 0:
            return
        for number in range(-(-filled // WIDTH)):
            yield Tile(level, number, min(WIDTH, filled - number * WIDTH))


def width_in(tile: Tile, size: int) -> int:
    """How many places of a tile are filled in a tree of that size."""
    filled = size >> (HEIGHT * (tile.level or 0))
    return max(0, min(WIDTH, filled - tile.number * WIDTH))


def bundle(log: str, number: int, digests: bytes) -> bytes:
    """A bundle of entries as it is served: each after its length in two bytes."""
    return b"".join(len(line).to_bytes(2, "big") + line for line in entries_of(log, number, digests))


def leaf_hashes(log: str, number: int, digests: bytes) -> bytes:
    """The tile of level 0, from the digests of what was published."""
    return b"".join(map(leaf_hash, entries_of(log, number, digests)))


def entries_of(log: str, number: int, digests: bytes) -> Iterator[bytes]:
    """The entries of a bundle."""
    position = number * WIDTH
    for at in range(0, len(digests), HASH_BYTES):
        position += 1
        yield entry_line(log, position, digests[at : at + HASH_BYTES])


def nodes_from(log: str, read: ReadTile) -> Nodes:
    """The complete subtrees of a tree out of its tiles, each of which is read once."""
    known: dict[tuple[int, int], bytes] = {}

    def hashes(level: int, number: int) -> bytes:
        found = known.get((level, number))
        if found is None:
            stored = read(level, number)
            found = known[level, number] = stored if level else leaf_hashes(log, number, stored)
        return found

    def node(level: int, number: int) -> bytes:
        above, within = divmod(level, HEIGHT)
        count = 1 << within
        tile, first = divmod(number * count, WIDTH)
        held = hashes(above, tile)
        places = [held[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(first, first + count)]
        return subtree_root(places)

    return node
