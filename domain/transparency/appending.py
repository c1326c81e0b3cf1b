"""A growing tree: it keeps the incomplete tile of each level, and hands out tiles that are full."""

from typing import NamedTuple

from domain.transparency.entries import LABEL
from domain.transparency.merkle import HASH_BYTES, leaf_hash, subtree_root, tree_root
from domain.transparency.tiles import HEIGHT, WIDTH, leaf_hashes, nodes_from

__all__ = ["GrowingTree", "StoredTile"]


class StoredTile(NamedTuple):
    """The stored content of a tile: on level 0 the digests of published events, above it the hashes of subtrees."""

    level: int
    number: int
    hashes: bytes


class GrowingTree:
    """The right edge of the tree of one log, and its tiles that are not stored yet."""

    def __init__(self, log: str, size: int = 0, edge: dict[int, bytes] | None = None) -> None:
        """Continues at a size; `edge` has the stored content of the incomplete tile of each level, by level."""
        self.log = log
        self.size = size
        self._label = f"{LABEL} {log} ".encode()
        held = edge or {}
        self._digests = [*_cut(held.get(0, b""))]
        self._leaves = [*_cut(leaf_hashes(log, size // WIDTH, held.get(0, b"")))]
        self._above = [[*_cut(held.get(level, b""))] for level in range(1, max(held, default=0) + 1)]
        self._full: list[StoredTile] = []

    def append(self, digest: bytes) -> None:
        """The next event, by the digest of its bytes."""
        self.size += 1
        self._digests.append(digest)
        self._leaves.append(leaf_hash(b"%b%d %b\n" % (self._label, self.size, digest.hex().encode())))
        if len(self._leaves) == WIDTH:
            self._full.append(StoredTile(0, self.size // WIDTH - 1, b"".join(self._digests)))
            self._carry(subtree_root(self._leaves))
            self._digests, self._leaves = [], []

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        edge = {level: hashes for level, _, hashes in self._edge()}
        return tree_root(self.size, nodes_from(self.log, lambda level, _: edge[level]))

    def unstored(self) -> list[StoredTile]:
        """The tiles that have become full since the last call of `stored`, and the incomplete ones."""
        return [*self._full, *self._edge()]

    def stored(self) -> None:
        """Marks the tiles that `unstored` gave as stored."""
        self._full.clear()

    def _edge(self) -> list[StoredTile]:
        levels = [self._digests, *self._above]
        return [
            StoredTile(level, self.size >> (HEIGHT * (level + 1)), b"".join(held))
            for level, held in enumerate(levels)
            if held
        ]

    def _carry(self, root: bytes) -> None:
        """Adds the root of a full tile to the level above, and so on up to a level whose tile is not full."""
        for level, held in enumerate(self._above, 1):
            held.append(root)
            if len(held) < WIDTH:
                return
            self._full.append(StoredTile(level, (self.size >> (HEIGHT * (level + 1))) - 1, b"".join(held)))
            root = subtree_root(held)
            held.clear()
        self._above.append([root])


def _cut(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
