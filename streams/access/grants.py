"""Granting, changing and revoking: events of the access log, and the register of users in the same transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError

from domain.access_log.user_events import OPERATOR, UserChanged, UserGranted, UserRevoked
from domain.authorization import Entitlement, Role
from streams.access.appender import AccessAppender, NewEvent
from streams.access.users import load_users
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.database import Cursor

FAR = date(9999, 12, 31)
MANY_AT_ONCE = 1_000
"""How many users one transaction changes at most."""


@dataclass(frozen=True, slots=True)
class Granter:
    """Who grants or revokes, through which part of the product (`source`), and why."""

    name: str = OPERATOR
    source: str = "urn:contactpoint:operator"
    reason: str | None = None


Allow = Callable[[Entitlement | None, Entitlement], None]
"""Raises where a user with the first entitlement may not be given the second."""


class Users:
    """Grants and revokes, one change at a time; threads take turns.

    `allow` is called for each user that changes, with the entitlement in the register and the new one.
    """

    def __init__(self, appender: AccessAppender) -> None:
        self._appender = appender

    def known(self, names: Collection[str]) -> set[str]:
        """Those of the users named to whom rights were ever granted."""
        with self._appender.reads.transaction() as cursor:
            return set(load_users(cursor, names))

    def grant(self, users: Iterable[Entitlement], by: Granter, allow: Allow = lambda *_: None) -> int:
        """Grants or changes what is new or different; returns how many. Raises DatabaseAway, or what `allow` does.

        What was granted before an agency of no authority was registered is granted anew: only then it may name that.
        """
        wanted = {each.user: each for each in users}
        names = list(wanted)
        pages = (names[begin : begin + MANY_AT_ONCE] for begin in range(0, len(names), MANY_AT_ONCE))
        return sum(self._change({name: wanted[name] for name in page}, by, allow) for page in pages)

    def revoke(self, name: str, by: Granter, allow: Allow = lambda *_: None) -> bool:
        """Takes a user's rights away; False for an unknown user. Raises DatabaseAway, or what `allow` does."""
        with self._appender.reads.transaction() as cursor:
            known = load_users(cursor, [name]).get(name)
        if known is None:
            return False
        self._change({name: replace(known, revoked=True)}, by, allow)
        return True

    def _change(self, wanted: Mapping[str, Entitlement], by: Granter, allow: Allow) -> int:
        return len(self._appender.append(partial(self._events, wanted, by, allow)))

    def _events(
        self, wanted: Mapping[str, Entitlement], by: Granter, allow: Allow, _: datetime, __: bool
    ) -> list[NewEvent]:
        with self._appender.reads.transaction() as cursor:
            known = load_users(cursor, list(wanted))
            streams = _streams(cursor, list(wanted))
            outdated = _outdated(cursor, list(wanted))
        changes = {name: after for name, after in wanted.items() if known.get(name) != after or name in outdated}
        for name, after in changes.items():
            allow(known.get(name), after)
        return [_event(after, *streams.get(name, (uuid4(), 0)), by) for name, after in changes.items()]


def _event(after: Entitlement, stream: UUID, version: int, by: Granter) -> NewEvent:
    """The event that brings a user, whose stream has that last version, to the entitlement `after`."""
    fields: dict[str, Any] = {"user": after.user, "by": by.name, "reason": by.reason}
    if not after.revoked:
        fields |= {name: _plain(getattr(after, name)) for name in _GRANTED}
    event_class = UserRevoked if after.revoked else UserChanged if version else UserGranted
    write = partial(_write, after=after, stream=stream, version=version + 1)
    return NewEvent(stream, version + 1, event_class, fields, by.source, in_transaction=write)


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


def _outdated(cursor: Cursor, names: Sequence[str]) -> set[str]:
    """Those of the users whose right is older than the name of an agency of no authority."""
    cursor.execute(
        "select name from registry.users where name = any(%s) and not revoked"
        " and granted_at < (select max(named_at) from registry.agencies where authority is null)",
        (list(names),),
    )
    return {name for (name,) in cursor.fetchall()}


def _write(cursor: Cursor, after: Entitlement, stream: UUID, version: int) -> None:
    """Writes the user's row; raises IntegrityError where another change came first, so that the event is undone too."""
    row = {name: _plain(getattr(after, name)) for name in (*_GRANTED, "revoked")}
    row |= {"name": after.user, "stream": str(stream), "version": version}
    columns = list(row)
    cursor.execute(
        f"insert into registry.users ({', '.join(columns)}) values ({', '.join(f'%({each})s' for each in columns)})"  # noqa: S608
        f" on conflict (name) do update set {', '.join(f'{each} = excluded.{each}' for each in columns)},"
        " granted_at = excluded.granted_at"
        " where coalesce(registry.users.version, 0) = excluded.version - 1",
        row,
    )
    if cursor.rowcount != 1:
        raise IntegrityError("another change of this user came first")


def add_users(database_url: str, key: KeyEncryptionKey, users: Iterable[Entitlement], by: Granter | None = None) -> int:
    """Grants what is new or different to these users, leaves the others, and returns how many it changed."""
    with closing(AccessAppender(database_url, key)) as appender:
        return Users(appender).grant(users, by or Granter())
