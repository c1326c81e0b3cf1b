"""Messages of a log as an operator may see them: by their positions, a few at a time, and nothing of what they say.

A message has a kind, which only says whether it is about an agency's record or a decision; its own type would tell of
shields, consents and new identities. There is no source, no stream, no partition and no size: the first two tell who
spoke of whom, the others follow from them (decision 95).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.catalogue import names_of
from domain.event import RegisterEvent
from domain.source_record import events as source_record
from streams.codec import iso_text
from streams.store.database import Cursor

MOST_AT_ONCE = 50
RECORD, DECISION, ACCESS = "record", "decision", "access"
_LOGS = {"register": ("register.events", "register.counter"), "access": ("access.events", "access.counter")}
_OF_RECORDS = names_of(
    *(
        each
        for each in vars(source_record).values()
        if isinstance(each, type) and issubclass(each, RegisterEvent) and each.__module__ == source_record.__name__
    )
)


class LogMessage(NamedTuple):
    """One message; `kind` is RECORD, DECISION, or ACCESS in the access log."""

    position: int
    kind: str
    recorded_at: datetime


def last_position(cursor: Cursor, log: str) -> int:
    """The position of the latest message; 0 where there is none. Raises KeyError for another log."""
    cursor.execute(f"select last from {_LOGS[log][1]}")  # noqa: S608
    ((last,),) = cursor.fetchall()
    return int(last)


def messages_up_to(cursor: Cursor, log: str, position: int, limit: int) -> Sequence[LogMessage]:
    """At most `limit` messages, and no more than MOST_AT_ONCE, that end at a position; the latest first."""
    cursor.execute(
        "select position, topic, convert_from(state, 'UTF8')::json ->> 'recordedat'"  # noqa: S608
        f" from {_LOGS[log][0]} where position <= %s order by position desc limit %s",
        (position, min(limit, MOST_AT_ONCE)),
    )
    return [LogMessage(at, _kind(log, topic), datetime.fromisoformat(when)) for at, topic, when in cursor.fetchall()]


def position_from(cursor: Cursor, log: str, moment: datetime) -> int:
    """The position of the first message that was recorded at a moment or later; one beyond the last where none was.

    Halves the log some thirty times instead of reading it: positions follow each other without a gap, and times with
    them.
    """
    wanted = iso_text(moment)
    low, high = 1, last_position(cursor, log) + 1
    while low < high:
        middle = (low + high) // 2
        cursor.execute(
            f"select convert_from(state, 'UTF8')::json ->> 'recordedat' from {_LOGS[log][0]} where position = %s",  # noqa: S608
            (middle,),
        )
        found = cursor.fetchone()
        if found is None or found[0] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def _kind(log: str, topic: str) -> str:
    if log == "access":
        return ACCESS
    return RECORD if topic in _OF_RECORDS else DECISION
