"""The stream of each user and day and its last version, read once and then cached."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from psycopg2.extras import execute_values

from streams.store.database import Cursor, Database


class DailyStreams:
    """Gives out the versions of the streams of one day. Not safe to share between threads."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads
        self._day: date | None = None
        self._versions: dict[str, tuple[UUID, int]] = {}

    def take(self, users: Sequence[str], day: date) -> list[tuple[UUID, int]]:
        """The stream and its next version, for each of the users in turn; a stream is made where there is none.

        Call `forget` where no event of that version was appended.
        """
        if day != self._day:
            self._day = day
            self._versions = {}
        unknown = sorted(set(users) - self._versions.keys())
        if unknown:
            with self._reads.transaction() as cursor:
                self._versions |= _read_streams(cursor, unknown, day)
        return [self._next(user) for user in users]

    def forget(self) -> None:
        """Drops what is cached, so that it is read again."""
        self._versions = {}

    def _next(self, user: str) -> tuple[UUID, int]:
        stream, last = self._versions[user]
        self._versions[user] = stream, last + 1
        return stream, last + 1


def _read_streams(cursor: Cursor, users: Sequence[str], day: date) -> dict[str, tuple[UUID, int]]:
    execute_values(
        cursor,
        "insert into access.streams (user_name, day, stream) values %s on conflict (user_name, day) do nothing",
        [(user, day, str(uuid4())) for user in users],
    )
    cursor.execute(
        "select user_name, stream::text, coalesce("
        "(select max(version) from access.events where events.stream = streams.stream), 0)"
        " from access.streams where user_name = any(%s) and day = %s",
        (list(users), day),
    )
    return {user: (UUID(stream), version) for user, stream, version in cursor.fetchall()}
