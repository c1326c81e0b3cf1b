"""An access report for a page: its parts, pictures of what is counted, and one finding with the looks concerned."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from domain.days import local
from domain.monitoring.accesses import LOOKING_UP, OPENING
from domain.monitoring.hours import is_out_of_hours
from services.pages._policy_charts import Bar, Drawing, Group, bars

Fields = Mapping[str, Any]

OVERRIDES, HOURS, VOLUME, DENIED = "overrides", "out_of_hours", "unusual_volume", "denied"
UNEXPLAINED = ("same_name", "same_address", "unfollowed")
"""Parts whose findings name children and days."""
PARTS = (*UNEXPLAINED, OVERRIDES, VOLUME, DENIED, HOURS)
"""Every part that is about users, what stands out most first."""
_OVERRIDING = frozenset({"override", "OverrideUsed"})
MOST_DRAWN = 10


class Part(NamedTuple):
    """A part of a report with its rows, one a user; `stands_out` are those of them that are a reason to ask."""

    name: str
    rows: Sequence[Fields]
    stands_out: int


class ShownReport(NamedTuple):
    """A report as it is read; a picture is None where there is nothing to draw."""

    found: Fields
    parts: Sequence[Part]
    hours: Drawing | None
    volume: Drawing | None
    denied: Drawing | None

    @property
    def stands_out(self) -> int:
        """How much there is to ask about; that somebody works late is none of it."""
        return sum(part.stands_out for part in self.parts if part.name != HOURS) + len(self.found["suspicions"])


class ShownFinding(NamedTuple):
    """What one part of a report says of a user, and the user's looks that it is about, latest first."""

    part: str
    row: Fields
    looks: Sequence[Fields]


def report_shown(found: Fields) -> ShownReport:
    """The report of an answer of `GET /access/report`."""
    rows = {name: _rows(found, name) for name in PARTS}
    parts = [Part(name, rows[name], len([row for row in rows[name] if _stands_out(row)])) for name in PARTS]
    hours = [Group(row["user"], [Bar("", row["out_of_hours"], _of(row))]) for row in rows[HOURS][:MOST_DRAWN]]
    denied = [Group(row["user"], [_counted(row["attempts"])]) for row in rows[DENIED][:MOST_DRAWN]]
    volume = [
        Group(row["user"], [_counted(row["children"]), Bar("", row["bound"], f"{row['bound']:,}")])
        for row in rows[VOLUME][:MOST_DRAWN]
    ]
    return ShownReport(found, parts, _drawn(hours), _drawn(volume), _drawn(denied))


def finding_shown(found: Fields, part: str, user: str, looks: Sequence[Fields]) -> ShownFinding | None:
    """What a report says of a user in a part, with those of the user's looks that it is about; None where nothing."""
    row = next((row for row in _rows(found, part) if row["user"] == user), None)
    return ShownFinding(part, row, [look for look in looks if _is_concerned(part, row, look)]) if row else None


def period_of(found: Fields, part: str, user: str) -> dict[str, str] | None:
    """The first and the last day of what a report says of a user in a part; None where it names no days."""
    days = next((row.get("days") for row in _rows(found, part) if row["user"] == user), None)
    return {"from": days[0], "to": days[-1]} if days else None


def _rows(found: Fields, part: str) -> Sequence[Fields]:
    of_part = found[part]
    rows: Sequence[Fields] = of_part["users"] if isinstance(of_part, Mapping) else of_part
    return rows


def _stands_out(row: Fields) -> bool:
    """Denied attempts are a reason to ask only above a bound, all others always."""
    return bool(row.get("above", True))


def _is_concerned(part: str, row: Fields, look: Fields) -> bool:
    if part == OVERRIDES:
        return look["action"] in _OVERRIDING
    if part == HOURS:
        return is_out_of_hours(look["when"])
    if part == VOLUME:
        return look["action"] in LOOKING_UP
    if part == DENIED:
        return False  # what was denied showed nobody, and is no look
    is_then = local(look["when"]).date().isoformat() in row["days"]
    return look["action"] in OPENING and is_then and not set(row["children"]).isdisjoint(look["children"])


def _counted(number: int) -> Bar:
    return Bar("", number, f"{number:,}")


def _of(row: Fields) -> str:
    return f"{row['out_of_hours']:,} / {row['looks']:,}"


def _drawn(groups: Sequence[Group]) -> Drawing | None:
    return bars("", groups) if groups else None
