"""Looks as they are recorded: who was shown what, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from domain.access_log.events import ChildrenShown
from domain.access_log.notices import Notice
from domain.event import RegisterEvent
from streams.access.entry import Entry, EntryRefused
from streams.store.database import Cursor

MOST_ENQUIRED = 30
"""Different archived children after whom one user enquires no more within a day (UTC), and as many as one answer may
show besides: a stolen sign-in reads no archive."""


class EnquiriesUsedUp(EntryRefused):
    """The user has been shown as many different archived children for enquiries within the day as one may.

    Or the answer alone would show more than that. It does not depend on whom else the answer would show, so that it
    tells of nobody.
    """


@dataclass(frozen=True, slots=True)
class Look(Entry):
    """One look: `action` is the verb, `asked` the criteria, `children` the ids shown, `count` how many things.

    All fields but the last three are those of the event, under the same names, `domain/access_log/events.py`.
    `enquired` are those of the children who are shown for an enquiry into the archive alone, on the `day`, of UTC; None
    where the look is no enquiry.
    """

    user: str
    reason: str
    action: str
    asked: dict[str, Any]
    children: Sequence[str] = ()
    count: int = 0
    role: str | None = None
    effect: str | None = None
    rights: str | None = None
    reason_code: str | None = None
    shown: Mapping[str, int] = field(default_factory=dict)
    hidden: Sequence[dict[str, Any]] = ()
    masked: Sequence[dict[str, Any]] = ()
    notices: Sequence[Notice] = ()
    enquired: Sequence[str] | None = None
    day: str = ""

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The class of the event that records it, and the event's fields."""
        values = {name: getattr(self, name) for name in _EVENT_FIELDS}
        lists = {name: list(values[name]) for name in ("children", "hidden", "masked")}
        return ChildrenShown, {**values, **lists, "shown": dict(self.shown)}

    def in_transaction(self, cursor: Cursor) -> None:
        """Counts the children of an enquiry; raises EnquiriesUsedUp.

        Whoever appends has the log alone until the end.
        """
        if self.enquired is not None:
            self._count_enquired(cursor, self.enquired)

    def _count_enquired(self, cursor: Cursor, enquired: Sequence[str]) -> None:
        cursor.execute("delete from access.enquiries where day < %s", (self.day,))
        cursor.execute(
            "with before as (select child from access.enquiries where user_name = %s and day = %s)"
            " select (select count(*) from before),"
            " array(select each::text from unnest(%s::uuid[]) each where each not in (select child from before))",
            (self.user, self.day, list(enquired)),
        )
        ((before, new),) = cursor.fetchall()
        if before >= MOST_ENQUIRED or len(new) > MOST_ENQUIRED:
            raise EnquiriesUsedUp
        cursor.execute(
            "insert into access.enquiries (user_name, child, day) select %s, unnest(%s::uuid[]), %s"
            " on conflict do nothing",
            (self.user, new, self.day),
        )


_OWN_FIELDS = ("notices", "enquired", "day")
_EVENT_FIELDS = tuple(each.name for each in fields(Look) if each.name not in _OWN_FIELDS)
