"""A list by month: how many were on it at each month's end, who joined it since, and who left.

Purpose: whether a list grows or is worked off, without a name. It counts what `page.py` lists, from the same findings,
so the figure of a day is that of the report of that day, those who are undecided included.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.reports import POSSIBLE_DUPLICATES, REPORTS
from projections.base.projection import Decryptor
from projections.reports.query import children_listed, count_joined, count_listed_after
from services.queries.reports.feeds import quiet_feeds, warnings
from services.queries.reports.lists import lists_of
from services.queries.reports.query import ReportQuery
from streams.store.database import Cursor

MOST_MONTHS = 60
"""A longer time is refused: it would be counted while others wait."""
BY_MONTH = tuple(name for name in REPORTS if name != POSSIBLE_DUPLICATES)
"""Reports with months. Of possible duplicates it is known who is undecided today, and not who was at a month's end."""


class _Counted(NamedTuple):
    """How many are on the list of a day: all, those of them who are withheld, those who were not on it before.

    `shown` are those on it, where only some children may be counted.
    """

    day: str
    all: int
    withheld: int
    joined: int
    shown: frozenset[str] = frozenset()


def month_ends(first: date, last: date) -> list[date]:
    """The last day of each month from that of `first` on; `last` itself of the last one. Empty where it is earlier."""
    days = []
    year, month = first.year, first.month
    while (year, month) < (last.year, last.month):
        days.append(date(year, month, monthrange(year, month)[1]))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return [*days, last] if first <= last else []


def report_months(
    cursor: Cursor, decryptor: Decryptor, query_of: Callable[[date], ReportQuery], days: Sequence[date]
) -> dict[str, Any]:
    """What is on the list at each of the days, which are in order and at least one; `query_of` makes a day's query.

    `joined` and `left` are counted from the day before it in the row, in that place: who moves to another authority
    leaves the list of one and joins that of the other. Of the first day they are None.
    """
    months: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    before: _Counted | None = None
    for day in days:
        query = query_of(day)
        lists = lists_of(cursor, decryptor, query)
        silent = quiet_feeds(cursor, lists, query)
        until = min((each.last for each in silent.values()), default=query.day)
        counted = _counted(cursor, query, until, before)
        months.append(
            {
                "on": query.day,
                "listed": counted.all - counted.withheld,
                "withheld": counted.withheld,
                "joined": counted.joined if before else None,
                "left": before.all + counted.joined - counted.all if before else None,
            }
        )
        found += warnings(cursor, lists, query, silent)
        before = counted
    return {
        "report": query.report,
        "authority": query.authority,
        "months": months,
        "warnings": list(_each_once(found)),
    }


def _counted(cursor: Cursor, query: ReportQuery, until: str, before: _Counted | None) -> _Counted:
    of = query.report, query.day, query.authority
    if query.shown is None:
        everybody = count_listed_after(cursor, *of, "")
        withheld = count_listed_after(cursor, *of, until) if until < query.day else 0
        return _Counted(query.day, everybody, withheld, count_joined(cursor, *of, before.day) if before else 0)
    since = children_listed(cursor, *of)
    shown = frozenset(query.shown(cursor, since))
    withheld = sum(since[child] > until for child in shown)
    return _Counted(query.day, len(shown), withheld, len(shown - before.shown) if before else 0, shown)


def _each_once(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The latest warning of each code and source."""
    yield from {(each["code"], each.get("source")): each for each in found}.values()
