"""Overrides of shields as they are recorded: event, grant, and notices to authorities, in one transaction."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from domain.access_log.override_events import InvestigationClosed, OverrideUsed
from domain.event import RegisterEvent
from streams.access.entry import Entry, EntryRefused
from streams.codec import iso_text
from streams.kafka.topics import UNCLAIMED, notices_topic
from streams.store.database import Cursor
from streams.store.outbox import write_outbox

GRANTED_FOR = timedelta(minutes=2)
MOST_OVERRIDES = 30
"""Different children whom one user may see by overrides within a day (UTC), the same ones as often as need be.

As many as live in a large refuge: nobody who helps in an emergency comes to as many, and a stolen token empties no
directory."""
OVERRIDE, CLOSED = "override", "override-closed"


class OverridesUsedUp(EntryRefused):
    """The user has overridden the shields of as many different children within the day as one may."""


@dataclass(frozen=True, slots=True)
class Override(Entry):
    """A user overrides a shield at the moment `at` and may see the child until `until`.

    `authorities` are the ONS codes of registered authorities that take care of the shield; each is notified at once.
    `investigation` is the id of the investigation that another user has to close. `most` is how many different children
    one user may see so within a day.
    """

    user: str
    reason: str
    child: str
    investigation: str
    at: datetime
    authorities: Collection[str] = ()
    most: int = MOST_OVERRIDES

    @property
    def until(self) -> datetime:
        """When the grant ends."""
        return self.at + GRANTED_FOR

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The class of the event that records it, and the event's fields."""
        clear = {"action": OVERRIDE, "children": [self.child], "count": 1, "investigation": self.investigation}
        return OverrideUsed, {**clear, "until": iso_text(self.until), "user": self.user, "reason": self.reason}

    def in_transaction(self, cursor: Cursor) -> None:
        """Grants the user the child, and writes the notices to the outbox; raises OverridesUsedUp.

        Grants of the day are kept when they have ended, to count them. Whoever appends has the log alone until the end.
        """
        day = self.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        cursor.execute("delete from access.grants where until < %s", (day,))
        cursor.execute(
            "select count(*) from access.grants where user_name = %s and child <> %s", (self.user, self.child)
        )
        ((others,),) = cursor.fetchall()
        if others >= self.most:
            raise OverridesUsedUp
        cursor.execute(
            "insert into access.grants (user_name, child, until) values (%s, %s, %s)"
            " on conflict (user_name, child) do update set until = excluded.until",
            (self.user, self.child, self.until),
        )
        topics = sorted({notices_topic(authority) for authority in self.authorities or (UNCLAIMED,)})
        write_outbox(cursor, [(topic, self.child.encode(), self._notice(), None) for topic in topics])

    def _notice(self) -> bytes:
        """The message, without the user and the reason, which are in the investigation."""
        subject = {"kind": "override", "child": self.child, "investigation": self.investigation}
        return orjson.dumps({**subject, "time": iso_text(self.at), "until": iso_text(self.until)})


@dataclass(frozen=True, slots=True)
class Closing(Entry):
    """A user closes the investigation of an override; `reason` holds its findings."""

    user: str
    reason: str
    child: str
    investigation: str

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The class of the event that records it, and the event's fields."""
        clear = {"action": CLOSED, "children": [self.child], "count": 0, "investigation": self.investigation}
        return InvestigationClosed, {**clear, "user": self.user, "reason": self.reason}


def opened_to(cursor: Cursor, user: str, children: Iterable[str], now: datetime) -> set[str]:
    """Those of the children that the user may see now although they are shielded."""
    cursor.execute(
        "select child::text from access.grants where user_name = %s and child = any(%s::uuid[]) and until > %s",
        (user, list(children), now),
    )
    return {child for (child,) in cursor.fetchall()}
