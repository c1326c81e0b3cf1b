"""The trees as the relay has stored them: the latest checkpoint of a log, its tiles, a new checkpoint on request."""

import time
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.transparency.merkle import HASH_BYTES, Nodes
from domain.transparency.tiles import Tile, bundle, leaf_hashes, nodes_from
from streams.store.database import Database

POLL_S = 0.05


class SignedCheckpoint(NamedTuple):
    """The latest checkpoint of a log: how many events its tree has, and the signed note."""

    size: int
    note: str


def latest(cursor: Cursor, log: str) -> SignedCheckpoint | None:
    """The latest checkpoint; None where nothing was signed yet."""
    cursor.execute("select size, note from publication.checkpoints where log = %s", (log,))
    row = cursor.fetchone()
    return SignedCheckpoint(*row) if row else None


def hashes(cursor: Cursor, log: str, level: int, number: int) -> bytes:
    """What is stored of a tile: of level 0 the digests of what was published; nothing where there is no such tile."""
    cursor.execute(
        "select hashes from publication.tiles where log = %s and level = %s and number = %s", (log, level, number)
    )
    row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def nodes(cursor: Cursor, log: str) -> Nodes:
    """The complete subtrees of the stored tree."""
    return nodes_from(log, lambda level, number: hashes(cursor, log, level, number))


def content(cursor: Cursor, log: str, tile: Tile) -> bytes | None:
    """A tile or a bundle as it is served; None where so much of it is not stored."""
    stored = hashes(cursor, log, tile.level or 0, tile.number)[: tile.width * HASH_BYTES]
    if len(stored) < tile.width * HASH_BYTES:
        return None
    if tile.level is None:
        return bundle(log, tile.number, stored)
    return stored if tile.level else leaf_hashes(log, tile.number, stored)


def published(cursor: Cursor, log: str) -> int:
    """Up to which position a log is published."""
    cursor.execute("select position from publication.published where log = %s", (f"{log}.events",))
    row = cursor.fetchone()
    return row[0] if row else 0


def fresh(database: Database, log: str, at_least: int, wait_s: float) -> SignedCheckpoint | None:
    """The latest checkpoint, once it holds a position; after `wait_s` seconds without one, the latest that there is."""
    until = time.monotonic() + wait_s
    while True:
        with database.transaction() as cursor:
            signed = latest(cursor, log)
            if (signed and signed.size >= at_least) or time.monotonic() > until:
                return signed
            cursor.execute("update publication.checkpoints set wanted = true where log = %s", (log,))
        time.sleep(POLL_S)
