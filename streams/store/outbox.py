"""The outbox: messages that a transaction stores for the relay, which publishes them in their order."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.binary_copy import copy_rows

Message = tuple[str, bytes, bytes, int | None]
"""(topic, key, value, position): the position is for the views alone, and None where the message has none."""

_COLUMNS = {"ordinal": "bigint", "topic": "text", "key": "bytea", "value": "bytea", "position": "bigint"}


def write_outbox(cursor: Cursor, rows: Sequence[Message]) -> None:
    """Adds messages for the relay to publish, in order."""
    if not rows:
        return
    cursor.execute("update register.outbox_counter set last = last + %s returning last", (len(rows),))
    (last,) = cursor.fetchone() or (0,)
    first = last - len(rows) + 1
    copy_rows(cursor, "register.outbox", _COLUMNS, [(ordinal, *row) for ordinal, row in enumerate(rows, first)])
