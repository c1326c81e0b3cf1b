"""The outbox: messages that a transaction leaves for the relay, which publishes them in their order."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from streams.store.binary_copy import bigint, copy_into, copy_rows

Message = tuple[str, bytes, bytes]
"""(topic, key, value)."""

_OUTBOX = copy_into("register", "outbox", ("ordinal", "topic", "key", "value"))


def write_outbox(cursor: Cursor, rows: Sequence[Message]) -> None:
    """Adds messages for the relay to publish, in order."""
    if not rows:
        return
    cursor.execute("update register.outbox_counter set last = last + %s returning last", (len(rows),))
    (last,) = cursor.fetchone() or (0,)
    first = last - len(rows) + 1
    copy_rows(cursor, _OUTBOX, [(bigint(first + n), topic.encode(), *rest) for n, (topic, *rest) in enumerate(rows)])
