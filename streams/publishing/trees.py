"""The Merkle trees of both logs, which grow by what is published, and the signing of their checkpoints.

Between two checkpoints a tree is in memory; its new tiles are stored together with the checkpoint that signs them, in
one transaction, if the stored checkpoint is still the one that they continue. After a kill the tree goes on at the last
checkpoint, and what was published since is read from the store again.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256

from domain.transparency.appending import GrowingTree
from domain.transparency.merkle import HASH_BYTES
from domain.transparency.notes import Malformed, read_checkpoint, read_note
from domain.transparency.tiles import HEIGHT, WIDTH, Tile, width_in
from streams.crypto.note_key import CheckpointKey
from streams.publishing.publication import LOGS, Publication

EVERY_S = 60.0
EVERY_EVENTS = 10_000
AT_ONCE = 100
"""Events hashed at once, before other work goes on."""
A_STEP = 1_000
"""Events read from the store at once where a tree is behind."""

_log = logging.getLogger(__name__)


class Trees:
    """The trees of one session of publishing; logs are named by their topics."""

    def __init__(self, publication: Publication, key: CheckpointKey) -> None:
        self._publication = publication
        self._key = key
        self._trees: dict[str, GrowingTree] = {}
        self._signed: dict[str, int | None] = {}
        self._signed_at = dict.fromkeys(LOGS, time.monotonic())
        for topic, log in LOGS.items():
            self._load(topic, log)

    def _load(self, topic: str, log: str) -> None:
        stored = self._publication.checkpoint(log)
        tree = GrowingTree(log)
        if stored is not None:
            size, note = stored
            edge = {
                level: hashes[: width_in(Tile(level, size >> (HEIGHT * (level + 1)), WIDTH), size) * HASH_BYTES]
                for level, hashes in self._publication.edge(log, size, HEIGHT).items()
            }
            try:
                tree = GrowingTree(log, size, edge)
                whole = tree.root() == read_checkpoint(read_note(note).text).root
            except (KeyError, IndexError, Malformed):
                whole = False
            if not whole:
                _log.error("the tree of %s is not the one that its checkpoint signs; run `contactpoint verify`", topic)
                return
        self._trees[topic] = tree
        self._signed[topic] = stored[0] if stored else None

    async def extend(self, topic: str, first: int, values: Sequence[bytes]) -> None:
        """Takes what is published from position `first` on; what a tree has, or can't continue, is passed over."""
        tree = self._trees.get(topic)
        if tree is None or first > tree.size + 1:
            return
        left = values[tree.size + 1 - first :]
        for at in range(0, len(left), AT_ONCE):
            for value in left[at : at + AT_ONCE]:
                tree.append(sha256(value).digest())
            await asyncio.sleep(0)

    def behind(self, published: Mapping[str, int]) -> str | None:
        """A log of whose tree something is missing that is published; None where there is none."""
        return next((each for each, tree in self._trees.items() if tree.size < published.get(each, 0)), None)

    def size(self, topic: str) -> int:
        """How many events are in the tree of a log."""
        return self._trees[topic].size

    def sign_due(self, wanted: bool) -> None:
        """Signs and stores the checkpoints that are due. Raises CheckpointTaken."""
        now = time.monotonic()
        for topic, tree in self._trees.items():
            signed = self._signed[topic]
            new = tree.size - (signed or 0)
            late = new and (new >= EVERY_EVENTS or now - self._signed_at[topic] >= EVERY_S)
            if signed is None or late or wanted:
                note = self._key.sign(tree.log, tree.size, tree.root())
                self._publication.keep_checkpoint(tree.log, signed, tree.size, note, tree.unstored())
                tree.stored()
                self._signed[topic], self._signed_at[topic] = tree.size, now
