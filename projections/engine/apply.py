"""A batch of messages applied by every projection of its log; where one of them fails, the others go on."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import psycopg2
from psycopg2.errors import ProgramLimitExceeded
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.partition import Partition
from projections.base.projection import DATA_ERRORS, Projection, Put, as_changes
from projections.catalogue import Log
from projections.engine import live
from projections.engine.failures import UNREADABLE, Failure

REFUSALS = (psycopg2.DataError, psycopg2.IntegrityError, ProgramLimitExceeded, TypeError)
"""What is raised because of a value: by Postgres, or in Python where a value of a key cannot be hashed."""


class Message(NamedTuple):
    """One message of a log, decoded; `value` is None where it could not be."""

    partition: Partition
    offset: int
    value: Any


Write = Callable[[Cursor, Sequence[Put]], None]
"""Writes row changes within the cursor's transaction; raises one of REFUSALS because of a value."""


def apply(cursor: Cursor, log: Log, messages: Sequence[Message], write: Write = live.write) -> list[Failure]:
    """Applies messages within the cursor's transaction; returns what could not be applied, for the caller to keep.

    What is refused as a whole is written again without taking any row for a first one, and then half by half.
    """
    puts, failures = project(log.projections, messages)
    if not _refusal(cursor, puts, write) or not _refusal(cursor, as_changes(puts), write):
        return failures
    if len(messages) > 1:
        half = len(messages) // 2
        return apply(cursor, log, messages[:half], write) + apply(cursor, log, messages[half:], write)
    return [failure for one in log.projections for failure in _apply_one(cursor, one, messages[0], write)]


def project(projections: Sequence[Projection], messages: Sequence[Message]) -> tuple[list[Put], list[Failure]]:
    """The row changes that messages make, and which messages a projection failed on."""
    puts: list[Put] = []
    failures: list[Failure] = []
    for message in messages:
        value = message.value
        if value is None:
            failures += [_failure(message, projection, UNREADABLE) for projection in projections]
            continue
        for projection in projections:
            try:
                puts += projection.project(value)
            except DATA_ERRORS as error:
                failures.append(_failure(message, projection, type(error).__name__))
    return puts, failures


def _refusal(cursor: Cursor, puts: Sequence[Put], write: Write) -> str | None:
    """Writes all puts and returns None, or writes none and returns the name of the error."""
    cursor.execute("savepoint batch")
    try:
        write(cursor, puts)
    except REFUSALS as error:
        cursor.execute("rollback to savepoint batch")
        return type(error).__name__
    return None


def _apply_one(cursor: Cursor, projection: Projection, message: Message, write: Write) -> list[Failure]:
    puts, failures = project([projection], [message])
    code = _refusal(cursor, as_changes(puts), write)
    return [*failures, _failure(message, projection, code)] if code else failures


def _failure(message: Message, projection: Projection, code: str) -> Failure:
    return Failure(*message.partition, message.offset, projection.name, code)
