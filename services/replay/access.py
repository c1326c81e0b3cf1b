"""What a replay reads with: the servers, the keys, and what the API lets it write."""

from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from domain.authorization.archive import WHOLE_ARCHIVE
from projections.engine.schema import use
from projections.visibility.scope import FOR_ARCHIVE
from services.replay.moment_views import MomentViews, Until
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.settings import KafkaSettings
from streams.projecting.building import Load, loader
from streams.projecting.reading import reading_views
from streams.store.database import Cursor, Database


class Servers(NamedTuple):
    """Where to read: as `builder`, who may write views, and as `reader`, who reads them as the API does."""

    kafka: KafkaSettings
    builder: str
    reader: str
    key_encryption_key: Path
    publication_key: Path

    def load(self, keeps: Until) -> Load:
        """How messages are loaded of which only some are kept."""
        key = PublicationKey.from_file(self.publication_key)
        return loader(self.kafka, self.builder, self.key_encryption_key, key, keeps)


class Allowed(NamedTuple):
    """The children who may be written once the look at them is recorded, and whether with sensitive services."""

    children: frozenset[str]
    cleared: bool


Allow = Callable[[Collection[str]], Allowed]


class Reader(NamedTuple):
    """A cursor on the views of the moment, one on the live views, and the keys."""

    then: Cursor
    now: Cursor
    keys: KeyRing
    access_keys: KeyRing


@contextmanager
def reading(servers: Servers, views: MomentViews) -> Iterator[Reader]:
    """What reads the views of a moment and those of now, as the API would."""
    with (
        closing(Database(servers.reader, "contactpoint replay", statement_timeout_s=0, idle_timeout_s=0)) as then,
        closing(Database(servers.reader, "contactpoint replay", statement_timeout_s=0, idle_timeout_s=0)) as now,
        closing(Database(servers.reader, "contactpoint replay keys")) as keys,
        then.transaction() as cursor,
        reading_views(now) as live,
    ):
        use(cursor, views.schema)
        live.execute(f"select {FOR_ARCHIVE}", (WHOLE_ARCHIVE,))
        key = KeyEncryptionKey.from_file(servers.key_encryption_key)
        yield Reader(cursor, live, KeyRing(key, reader_of(keys, "register")), KeyRing(key, reader_of(keys, "access")))
