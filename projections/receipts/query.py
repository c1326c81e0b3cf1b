"""The receipts of submissions."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812


class Offsets(NamedTuple):
    """Messages of one partition, from the `first` offset to the `last`, both included."""

    partition: int
    first: int
    last: int


LONGEST_RUN = 2_000
"""Most messages that one receipt answers."""
COLUMNS = "source, submission, outcome, reasons, topic, partition, message_offset, recorded_at, position, messages"
"""In the order in which `receipt_document` takes them."""


def receipts(
    cursor: Cursor,
    *,
    submission: str | None = None,
    source: str | None = None,
    outcome: str | None = None,
    topics: Sequence[str] | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Receipts as in the contract's §2, in the order of the messages they answer (topic, partition, offset).

    With `topics`, those of messages in other topics are left out, wherever their sender may have sent them.
    `after` is the `message` of a receipt: those that follow it are given. Raises ValueError where it is not one.
    """
    conditions = ["true"]
    values: dict[str, Any] = {"limit": limit}
    for name, value in (("submission", submission), ("source", source), ("outcome", outcome)):
        if value is not None:
            conditions.append(f"{name} = %({name})s")
            values[name] = value
    if topics is not None:
        conditions.append("topic = any(%(topics)s)")
        values["topics"] = list(topics)
    if after is not None:
        conditions.append("(topic, partition, message_offset) > (%(topic)s, %(partition)s, %(offset)s)")
        values |= message_columns(after)
    cursor.execute(
        f"select {COLUMNS}"  # noqa: S608
        f" from receipts where {' and '.join(conditions)}"
        " order by topic, partition, message_offset limit %(limit)s",
        values,
    )
    return [receipt_document(*row) for row in cursor.fetchall()]


def receipt_of(cursor: Cursor, topic: str, partition: int, offset: int) -> dict[str, Any] | None:
    """The receipt of one message, or None while it has none."""
    cursor.execute(
        f"select {COLUMNS} from receipts where topic = %s and partition = %s"  # noqa: S608
        f" and message_offset between %s and %s + {LONGEST_RUN - 1} and message_offset - messages < %s",
        (topic, partition, offset, offset, offset),
    )
    row = cursor.fetchone()
    return receipt_document(*row) if row else None


def message_columns(message: str) -> dict[str, Any]:
    """`topic`, `partition` and `offset` of a message reference; raises ValueError where it is not one."""
    topic, partition, offset = message.rsplit("/", 2)
    return {"topic": topic, "partition": int(partition), "offset": int(offset)}


def outcomes(cursor: Cursor, topic: str, ranges: Sequence[Offsets]) -> dict[str, int]:
    """How many messages of a submissions topic, among those in the ranges, have which outcome."""
    cursor.execute(
        "select r.outcome, sum(least(r.message_offset, wanted.last)"  # noqa: S608
        "   - greatest(r.message_offset - r.messages + 1, wanted.first) + 1)"
        " from unnest(%s::int[], %s::bigint[], %s::bigint[]) as wanted (partition, first, last)"
        " join receipts r on r.topic = %s and r.partition = wanted.partition"
        f" and r.message_offset between wanted.first and wanted.last + {LONGEST_RUN - 1}"
        " and r.message_offset - r.messages < wanted.last group by r.outcome",
        ([r.partition for r in ranges], [r.first for r in ranges], [r.last for r in ranges], topic),
    )
    return {outcome: int(number) for outcome, number in cursor.fetchall()}


def receipt_document(
    source: str | None,
    submission: str | None,
    outcome: str,
    reasons: str,
    topic: str,
    partition: int,
    offset: int,
    recorded_at: str,
    position: int,
    messages: int,
) -> dict[str, Any]:
    """A receipt as in the contract, of the columns of its row; one of several messages names the first and the last."""
    run = {"first": f"{topic}/{partition}/{offset - messages + 1}", "messages": messages} if messages > 1 else {}
    return {
        "source": source,
        "submission": submission,
        "outcome": outcome,
        "reasons": orjson.loads(reasons),
        "message": f"{topic}/{partition}/{offset}",
        "recorded_at": recorded_at,
        "position": position or None,
        **run,
    }
