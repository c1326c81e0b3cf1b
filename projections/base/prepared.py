"""Statements that Postgres plans once for a connection: planning costs more than execution where few rows are read.

Where a transaction means another schema than the one before, Postgres plans them again by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812

_prepared: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement with its name; `text` has $1, $2 … for the parameters, whose types are `types`."""

    name: str
    types: tuple[str, ...]
    text: str

    def execute(self, cursor: Cursor, parameters: Sequence[Any], *, settings: str = "") -> None:
        """Executes it with the cursor, from which the rows are then fetched.

        `settings` are statements that are executed before it in the same trip, as it may be planned anew at any time.
        """
        names = _prepared.setdefault(cursor.connection, set())
        if self.name not in names:
            cursor.execute(f"prepare {self.name} ({', '.join(self.types)}) as {self.text}")
            names.add(self.name)
        given = ", ".join(f"%s::{kind}" for kind in self.types)
        cursor.execute(f"{settings}execute {self.name} ({given})", parameters)
