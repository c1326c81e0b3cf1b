"""The key ring: data keys of streams, wrapped in the database, unwrapped in a bounded cache."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier

from projections.base.binary_copy import copy_rows
from projections.base.projection import KeyDestroyed
from streams.crypto.sealing import DataKey, KeyEncryptionKey, KeyMissing, SealBroken
from streams.store.database import Database, Pool

CACHED_KEYS = 20_000
DESTROYED = b""
"""What is stored in the place of a wrapped key that was destroyed. A key of which nothing is left is lost."""

FENCES_READ_S = 1.0
"""How soon a process that keeps keys forgets one that was destroyed."""

ReadWrapped = Callable[[Sequence[str]], Iterable[tuple[str, bytes]]]
"""Reads the wrapped keys of the named streams; a stream without one is left out."""

ReadFenced = Callable[[int], Sequence[tuple[int, str]]]
"""The streams that were fenced after that number, each with its own, in order."""


class KeyRing:
    """Data keys by stream id. A new key is pending until the transaction that stores it has committed.

    `take_new` gives the pending keys to that transaction, `keep_new` follows its commit, `forget` its failure. Safe to
    share between threads. `read` reads the keys that are not cached; by `fenced` it is noticed when one of those that
    are was destroyed elsewhere.
    """

    def __init__(
        self,
        key_encryption_key: KeyEncryptionKey,
        read: ReadWrapped,
        *,
        capacity: int = CACHED_KEYS,
        fenced: ReadFenced | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._kek = key_encryption_key
        self._read = read
        self._capacity = capacity
        self._fenced = fenced
        self._last_fence = 0
        self._drops = 0
        self._fences_read_at = float("-inf")
        self._cached: OrderedDict[str, DataKey] = OrderedDict()
        self._new: dict[str, DataKey] = {}
        self._lock = Lock()
        self._opened: tuple[str, dict[str, Any]] = ("", {})

    def prefetch(self, streams: Iterable[str]) -> None:
        """Reads the keys of many streams in one go, so that `open` need not; a broken one raises only there."""
        self._drop_fenced()
        with self._lock:
            missing = [stream for stream in set(streams) if stream not in self._cached]
        if missing:
            self._fetch(missing, pass_over_broken=True)

    def open(self, stream: str, version: int, sealed: str) -> dict[str, Any]:
        """The personal fields of an event, for reading only; raises KeyDestroyed, KeyMissing, or another SealBroken.

        The result of the last call is kept, because one projection after the other opens the same payload.
        """
        payload, personal = self._opened
        if payload is not sealed:
            personal = self._key(stream).open(version, sealed)
            self._opened = sealed, personal
        return personal

    def key_for(self, stream: str) -> DataKey:
        """The key of a stream to seal with; a new one, pending, where there was none. Raises KeyDestroyed."""
        try:
            return self._key(stream)
        except KeyMissing:
            key = self._kek.new_data_key(stream)
            with self._lock:
                self._new[stream] = key
            return key

    def make_key(self, stream: str) -> None:
        """Makes the key of a stream that is known to be new, pending, without reading whether there is one."""
        with self._lock:
            self._new[stream] = self._kek.new_data_key(stream)

    def take_new(self) -> list[tuple[str, bytes]]:
        """The pending keys, wrapped, for the transaction that stores the first events sealed with them."""
        with self._lock:
            return [(stream, self._kek.wrap(key)) for stream, key in self._new.items()]

    def keep_new(self) -> None:
        """Caches the pending keys, whose transaction has committed."""
        with self._lock:
            for stream, key in self._new.items():
                self._keep(stream, key)
            self._new.clear()

    def forget(self) -> None:
        """Drops pending and cached keys, where a transaction failed or keys were destroyed elsewhere."""
        with self._lock:
            self._drops += 1
            self._new.clear()
            self._cached.clear()
            self._opened = "", {}

    def drop(self, streams: Iterable[str]) -> None:
        """Forgets keys that were destroyed, also those that another thread is reading."""
        with self._lock:
            self._drops += 1
            for stream in streams:
                self._cached.pop(stream, None)
            self._opened = "", {}

    def digest(self, *fields: str) -> bytes:
        """A digest of texts, in their order, that nobody can compute without the key-encryption key."""
        return self._kek.digest(b"".join(b"%d:%s," % (len(field.encode()), field.encode()) for field in fields))

    def _drop_fenced(self) -> None:
        now = self._monotonic()
        if self._fenced is None or now - self._fences_read_at < FENCES_READ_S:
            return
        self._fences_read_at = now
        if fenced := self._fenced(self._last_fence):
            self._last_fence = fenced[-1][0]
            self.drop(stream for _, stream in fenced)

    def _key(self, stream: str) -> DataKey:
        self._drop_fenced()
        with self._lock:
            key = self._new.get(stream) or self._cached.get(stream)
            if key:
                if stream in self._cached:
                    self._cached.move_to_end(stream)
                return key
        fetched, destroyed = self._fetch([stream])
        key = fetched.get(stream)
        if key is None:
            raise KeyDestroyed(stream) if destroyed else KeyMissing(f"the data key of the stream {stream} is lost")
        return key

    def _fetch(self, streams: Sequence[str], *, pass_over_broken: bool = False) -> tuple[dict[str, DataKey], list[str]]:
        """Reads keys; gives them, and the streams whose keys were destroyed.

        They are cached, unless one was dropped meanwhile: it may have been read before it was destroyed.
        """
        fetched: dict[str, DataKey] = {}
        destroyed = []
        drops = self._drops
        for stream, wrapped in self._read(streams):
            if wrapped == DESTROYED:
                destroyed.append(stream)
                continue
            try:
                fetched[stream] = self._kek.unwrap(stream, wrapped)
            except SealBroken:
                if not pass_over_broken:
                    raise
        with self._lock:
            if self._drops == drops:
                for stream, key in fetched.items():
                    self._keep(stream, key)
        return fetched, destroyed

    def _keep(self, stream: str, key: DataKey) -> None:
        self._cached[stream] = key
        while len(self._cached) > self._capacity:
            self._cached.popitem(last=False)


def reader_of(database: Database | Pool, schema: str) -> ReadWrapped:
    """Reads wrapped keys from the table `data_keys` of a log's schema."""
    statement = SQL(
        "with asked as (select unnest(%s::uuid[]) as stream)"
        " select stream::text, wrapped from asked join {0}.data_keys using (stream)"
        " where not exists (select from {0}.fenced where fenced.stream = asked.stream)"
        " union all select stream::text, %s from asked join {0}.fenced using (stream)"
    ).format(Identifier(schema))

    def read(streams: Sequence[str]) -> list[tuple[str, bytes]]:
        with database.statement() as cursor:
            cursor.execute(statement, (list(streams), DESTROYED))
            return [(stream, bytes(wrapped)) for stream, wrapped in cursor.fetchall()]

    return read


def fences_of(database: Database | Pool, schema: str) -> ReadFenced:
    """Reads which streams of a log were fenced."""
    statement = SQL("select number, stream::text from {}.fenced where number > %s order by number").format(
        Identifier(schema)
    )

    def read(after: int) -> Sequence[tuple[int, str]]:
        with database.statement() as cursor:
            cursor.execute(statement, (after,))
            return cursor.fetchall()

    return read


def destroy_keys(cursor: Cursor, streams: Sequence[str], erasure: str) -> None:
    """Fences streams of the register and destroys their keys, in the caller's transaction; what is fenced stays so."""
    cursor.execute(
        "insert into register.fenced (stream, erasure) select stream, %s::uuid from unnest(%s::uuid[]) as gone (stream)"
        " on conflict (stream) do nothing",
        (erasure, list(streams)),
    )
    cursor.execute("select register.destroy_fenced_keys(%s::uuid[])", (list(streams),))


def opens_what_is_sealed(cursor: Cursor, schema: str, key_encryption_key: KeyEncryptionKey) -> bool:
    """Whether the key is that under which a log's data keys are wrapped: tried on one of them; True without any."""
    cursor.execute(
        SQL("select stream::text, wrapped from {}.data_keys where wrapped <> %s limit 1").format(Identifier(schema)),
        (DESTROYED,),
    )
    for stream, wrapped in cursor.fetchall():
        try:
            key_encryption_key.unwrap(stream, bytes(wrapped))
        except SealBroken:
            return False
    return True


def insert_keys(cursor: Cursor, schema: str, keys: Sequence[tuple[str, bytes]]) -> None:
    """Stores wrapped keys in the caller's transaction."""
    copy_rows(cursor, f"{schema}.data_keys", {"stream": "uuid", "wrapped": "bytea"}, keys)
