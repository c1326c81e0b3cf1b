"""Rows as Postgres's binary COPY format, the fastest way in: each field is its length and its bytes."""

import struct
from collections.abc import Iterable, Sequence
from io import BytesIO

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Composed, Identifier

_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_count = struct.Struct(">h").pack
_length = struct.Struct(">i").pack
_LENGTHS = tuple(map(_length, range(4096)))
"""Of nearly all fields; looking one up costs a third of packing it."""

bigint = struct.Struct(">q").pack
"""A field of type bigint; text is its UTF-8, bytea the bytes, uuid its 16 bytes."""


def copy_into(schema: str, table: str, columns: Sequence[str]) -> Composed:
    """The statement that takes rows of these columns."""
    return SQL("copy {}.{} ({}) from stdin (format binary)").format(
        Identifier(schema), Identifier(table), SQL(", ").join(map(Identifier, columns))
    )


def copy_rows(cursor: Cursor, statement: Composed, rows: Iterable[Sequence[bytes | None]]) -> None:
    """Inserts rows, whose fields are encoded already, in the caller's transaction."""
    parts = [_HEAD]
    for row in rows:
        parts.append(_count(len(row)))
        for field in row:
            if field is None:
                parts.append(_NULL)
            else:
                size = len(field)
                parts += (_LENGTHS[size] if size < 4096 else _length(size), field)
    if len(parts) == 1:
        return
    parts.append(_END)
    cursor.copy_expert(statement, BytesIO(b"".join(parts)), size=1 << 20)
