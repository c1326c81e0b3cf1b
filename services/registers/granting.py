"""Granting, changing and revoking: events of the access log, and the register of users in the same transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from eventsourcing.application import EventSourcedLog
from eventsourcing.persistence import IntegrityError, PersistenceError

from domain.access_log.user_events import OPERATOR, UserChanged, UserGranted, UserRevoked
from domain.authorization import Entitlement, Role
from services.registers.users import load_users
from streams.codec import EventMapper, iso_text
from streams.crypto.keys import KeyRing, insert_keys, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Cursor, Database, DatabaseAway

ATTEMPTS = 5
"""How often it is tried when somebody else was faster on one of the users."""
FAR = date(9999, 12, 31)
MANY_AT_ONCE = 1_000
"""Users that one transaction changes."""


@dataclass(frozen=True, slots=True)
class Granter:
    """Who grants or revokes, by what way, and why."""

    name: str = OPERATOR
    source: str = "urn:contactpoint:operator"
    reason: str | None = None


class _Change(NamedTuple):
    """What a user is to be from now on, with the event that says so: its stream and version."""

    event: type[UserGranted | UserRevoked]
    stream: UUID
    version: int
    after: Entitlement


Allow = Callable[[Entitlement | None, Entitlement], None]
"""Raises where a user who stands like the first may not be made the second."""


class Users:
    """Grants and revokes, one change at a time; threads take turns.

    `allow` is asked for each user that changes, with how the user stands in the register.
    """

    def __init__(self, database_url: str, key: KeyEncryptionKey) -> None:
        self._turn = Lock()
        self._reads = Database(database_url, "contactpoint users")
        self._keys = KeyRing(key, reader_of(self._reads, "access"))
        self._log = LogApplication(database_url, "access", EventMapper(self._keys))

    def close(self) -> None:
        """Closes the connections."""
        self._log.close()
        self._reads.close()

    def known(self, names: Collection[str]) -> set[str]:
        """Those of the names to whom something was ever granted."""
        with self._reads.transaction() as cursor:
            return set(load_users(cursor, names))

    def grant(self, users: Iterable[Entitlement], by: Granter, allow: Allow = lambda *_: None) -> int:
        """Grants or changes what is new or different, and gives how many; raises DatabaseAway, or what `allow` does."""
        wanted = {each.user: each for each in users}
        names = list(wanted)
        pages = (names[begin : begin + MANY_AT_ONCE] for begin in range(0, len(names), MANY_AT_ONCE))
        return sum(self._settle({name: wanted[name] for name in page}, by, allow) for page in pages)

    def revoke(self, name: str, by: Granter, allow: Allow = lambda *_: None) -> bool:
        """Takes a user's right away; False for a user who is not known. Raises DatabaseAway, or what `allow` does."""
        with self._reads.transaction() as cursor:
            now = load_users(cursor, [name]).get(name)
        if now is None:
            return False
        self._settle({name: replace(now, revoked=True)}, by, allow)
        return True

    def _settle(self, wanted: Mapping[str, Entitlement], by: Granter, allow: Allow) -> int:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._turn:
                    return self._try(wanted, by, allow)
            except IntegrityError:
                self._keys.forget()
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _try(self, wanted: Mapping[str, Entitlement], by: Granter, allow: Allow) -> int:
        with self._reads.transaction() as cursor:
            known = load_users(cursor, list(wanted))
            streams = _streams(cursor, list(wanted))
        changes = []
        for name, after in wanted.items():
            now = known.get(name)
            if now != after:
                allow(now, after)
                stream, version = streams.get(name) or (uuid4(), 0)
                kind = UserRevoked if after.revoked else UserChanged if version else UserGranted
                changes.append(_Change(kind, stream, version + 1, after))
        if changes:
            self._append(changes, by)
        return len(changes)

    def _append(self, changes: Sequence[_Change], by: Granter) -> None:
        def in_transaction(cursor: Cursor, _: Sequence[int]) -> None:
            insert_keys(cursor, "access", self._keys.take_new())
            for change in changes:
                _write(cursor, change)

        try:
            self._log.events.put([self._event(change, by) for change in changes], in_transaction=in_transaction)
        except IntegrityError:
            raise
        except PersistenceError as error:
            self._keys.forget()
            raise DatabaseAway(str(error)) from None
        self._keys.settle()

    def _event(self, change: _Change, by: Granter) -> UserGranted | UserRevoked:
        said: dict[str, Any] = {"user": change.after.user, "by": by.name, "reason": by.reason}
        if change.event is not UserRevoked:
            said |= {name: _plain(getattr(change.after, name)) for name in _GRANTED}
        return EventSourcedLog(self._log.events, change.stream, change.event).trigger_event(
            next_originator_version=change.version,
            source=by.source,
            restricted=False,
            time=iso_text(datetime.now(UTC)),
            **said,
        )


_GRANTED = [name for name in UserGranted.CLEAR + UserGranted.SEALED if name not in ("user", "by", "reason")]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Role) else value


def _streams(cursor: Cursor, names: Sequence[str]) -> dict[str, tuple[UUID, int]]:
    cursor.execute(
        "select name, stream::text, version from registry.users where name = any(%s) and stream is not null",
        (list(names),),
    )
    return {name: (UUID(stream), version) for name, stream, version in cursor.fetchall()}


def _write(cursor: Cursor, change: _Change) -> None:
    """The user's row; raises IntegrityError where somebody else was faster, so that the event is undone too."""
    row = {**{name: _plain(getattr(change.after, name)) for name in (*_GRANTED, "revoked")}}
    row |= {"name": change.after.user, "stream": str(change.stream), "version": change.version}
    columns = list(row)
    cursor.execute(
        f"insert into registry.users ({', '.join(columns)}) values ({', '.join(f'%({each})s' for each in columns)})"  # noqa: S608
        f" on conflict (name) do update set {', '.join(f'{each} = excluded.{each}' for each in columns)}"
        " where coalesce(registry.users.version, 0) = excluded.version - 1",
        row,
    )
    if cursor.rowcount != 1:
        raise IntegrityError("another change of this user came first")


def add_users(database_url: str, key: KeyEncryptionKey, users: Iterable[Entitlement], by: Granter | None = None) -> int:
    """Grants what is new or different to the users named and leaves the others; gives how many that were."""
    with closing(Users(database_url, key)) as register:
        return register.grant(users, by or Granter())
