"""The users who may look: for now any user named here, with a reason."""

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extras import execute_values

from services.registers.entries import BadRegister, read_entries
from streams.store.database import Cursor, Database

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")


@dataclass(frozen=True, slots=True)
class User:
    """One person who may look; `name` is what tokens and the access log call them."""

    name: str
    display_name: str | None = None


DEMO_USERS = (User("demo-practitioner", "Demo practitioner"), User("demo-data-manager", "Demo data manager"))
"""Whom a fresh local stack knows."""


def read_users_file(path: Path) -> list[User]:
    """The users of a YAML list of `{name, display_name?}`; raises BadRegister where one cannot be taken."""
    users = []
    for where, entry in read_entries(path, ("name",), ("display_name",)):
        if not _NAME.fullmatch(entry["name"]):
            raise BadRegister(f"{where}: a name has 1 to 100 of a-z, 0-9 and ._@- and begins with a letter or digit")
        users.append(User(entry["name"], entry.get("display_name")))
    return users


def add_users(database_url: str, users: Iterable[User]) -> None:
    """Adds or replaces the users named and leaves the others."""
    by_name = {user.name: user.display_name for user in users}
    if not by_name:
        return
    with closing(Database(database_url, "registers")) as database, database.transaction() as cursor:
        execute_values(
            cursor,
            "insert into registry.users (name, display_name) values %s"
            " on conflict (name) do update set display_name = excluded.display_name",
            list(by_name.items()),
        )


def add_demo_users(database_url: str) -> None:
    """Makes the demo's users known."""
    add_users(database_url, DEMO_USERS)


def load_users(cursor: Cursor) -> dict[str, User]:
    """Every user by name."""
    cursor.execute("select name, display_name from registry.users order by name")
    return {name: User(name, display_name) for name, display_name in cursor}
