"""A batch of messages applied by every projection of its log.

What a message is decides whether it is data: one that cannot be decoded, or whose seal is broken, is a failure that is
kept, and everything else goes on. What a projection or Postgres raises besides that is a fault of the program, because
the message has passed decoding: then nothing of the batch is applied, and the fault names the message.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import psycopg2
from psycopg2.errors import ProgramLimitExceeded
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.partition import Partition
from projections.base.projection import UNREADABLE, Projection, Put, Undecodable, as_changes
from projections.catalogue import Log
from projections.engine import live
from projections.engine.failures import Failure
from projections.engine.stops import IN_A_ROW, ProjectionStopped, Stop, stopped_by

MOST_IN_A_ROW = 20
"""So many messages that one projection fails on, one after the other, stop it: a torn message or a few are data, but a
wrong key or a changed format would otherwise empty a view message by message."""

REFUSALS = (psycopg2.DataError, psycopg2.IntegrityError, ProgramLimitExceeded, TypeError)
"""What is raised because of a value: by Postgres, or in Python where a value of a key cannot be hashed."""


class Message(NamedTuple):
    """One message of a log, decoded; where it could not be, `value` is None and `code` is the way."""

    partition: Partition
    offset: int
    value: Any
    code: str = UNREADABLE


Streaks = Mapping[str, int]
"""On how many messages in a row each projection has failed, by its name; one that is not there has on none."""

Write = Callable[[Cursor, Sequence[Put]], None]
"""Writes row changes within the cursor's transaction; raises one of REFUSALS because of a value."""


class ProjectionResult(NamedTuple):
    """The row changes that messages make, and which messages a projection failed on."""

    puts: list[Put]
    failures: list[Failure]


def apply(
    cursor: Cursor,
    log: Log,
    messages: Sequence[Message],
    write: Write = live.write,
    projected: ProjectionResult | None = None,
) -> list[Failure]:
    """Applies messages within the cursor's transaction; returns what could not be decoded, for the caller to keep.

    `projected` is what `project` gave for them, where it was called before: it takes as long as writing, and needs no
    transaction. What is refused is written again without taking any row for a first one. Raises ProjectionStopped,
    after which the transaction has to be rolled back.
    """
    puts, failures = projected or project(log.projections, messages)
    try:
        if _refusal(cursor, puts, write) and _refusal(cursor, as_changes(puts), write):
            raise _culprit(cursor, log, messages, write)
    except (psycopg2.OperationalError, psycopg2.InterfaceError, ProjectionStopped):
        raise
    except Exception as fault:
        raise stopped_by(messages[0].partition, messages[0].offset, log.name, fault) from fault
    return failures


def project(projections: Sequence[Projection], messages: Sequence[Message]) -> ProjectionResult:
    """What messages come to; raises ProjectionStopped."""
    puts: list[Put] = []
    failures: list[Failure] = []
    for message in messages:
        value = message.value
        if value is None:
            failures += [_failure(message, projection, message.code) for projection in projections]
            continue
        for projection in projections:
            try:
                puts += projection.project(value)
            except Undecodable as wrong:
                failures.append(_failure(message, projection, wrong.code))
            except Exception as fault:
                raise stopped_by(message.partition, message.offset, projection.name, fault) from fault
    return ProjectionResult(puts, failures)


def continued(streaks: Streaks, log: Log, messages: Sequence[Message], failures: Sequence[Failure]) -> Streaks:
    """The streaks of failures after these messages; raises ProjectionStopped where one is as long as MOST_IN_A_ROW.

    A message that a projection has nothing to open in ends no streak of one that opens others.
    """
    if not failures:
        return {name: streak for name, streak in streaks.items() if not _takes(log, name, messages)}
    failed = {(failure.where, failure.offset, failure.projection) for failure in failures}
    found = dict(streaks)
    for message in messages:
        for projection in log.projections:
            if (message.partition, message.offset, projection.name) in failed:
                found[projection.name] = found.get(projection.name, 0) + 1
                if found[projection.name] >= MOST_IN_A_ROW:
                    raise ProjectionStopped(Stop(*message.partition, message.offset, projection.name, IN_A_ROW, ""))
            elif _tries(projection, message):
                found.pop(projection.name, None)
    return found


def _takes(log: Log, name: str, messages: Sequence[Message]) -> bool:
    return any(
        projection.name == name and any(_tries(projection, message) for message in messages)
        for projection in log.projections
    )


def _tries(projection: Projection, message: Message) -> bool:
    return not projection.opens or message.value.type in projection.opens


def _refusal(cursor: Cursor, puts: Sequence[Put], write: Write) -> BaseException | None:
    """Writes all puts and returns None, or writes none and returns the error."""
    cursor.execute("savepoint batch")
    try:
        write(cursor, puts)
    except REFUSALS as error:
        cursor.execute("rollback to savepoint batch")
        return error
    return None


def _culprit(cursor: Cursor, log: Log, messages: Sequence[Message], write: Write) -> ProjectionStopped:
    """The first message, with its projection, whose rows are refused where those before it are written."""
    for message in messages:
        for projection in log.projections:
            puts, _ = project([projection], [message])
            if error := _refusal(cursor, as_changes(puts), write):
                return stopped_by(message.partition, message.offset, projection.name, error)
    last = messages[-1]
    return ProjectionStopped(Stop(*last.partition, last.offset, log.name, "refused together", ""))


def _failure(message: Message, projection: Projection, code: str) -> Failure:
    return Failure(*message.partition, message.offset, projection.name, code)
