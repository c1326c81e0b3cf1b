"""Reports read from the findings: who is on a list on a day, by authority, and on which days feeds reported."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.reports import EDUCATION
from domain.reports.staleness import WINDOW_DAYS
from projections.audit_history.query import EVENT_COLUMNS, open_event, stored_event
from projections.base.projection import Decryptor
from projections.visibility.restricted import unless_cleared
from projections.visibility.shields import unless_shielded

_ON = "{0}.begins <= %(on)s and {0}.ends > %(on)s"
_BEHIND = "({0}.since, {0}.child) > (%(since)s, %(child)s::uuid)"
_IN = "(%(authority)s::text is null or {0}.authority = %(authority)s)"
_UNLESS_SHIELDED = unless_shielded("f.child")
"""Shielded children are on no list and in no count."""


class ListedChild(NamedTuple):
    """A child on a list: `known_to` is source → the day from which; `detail` is that of the report's answer."""

    child: str
    name: Mapping[str, str | None]
    date_of_birth: str | None
    authority: str | None
    since: str
    status: str
    detail: Mapping[str, Any]
    known_to: Mapping[str, str]


class Place(NamedTuple):
    """The place of a child in a list: those who have been on it longest come first."""

    since: str
    child: str


FIRST = Place("", "00000000-0000-0000-0000-000000000000")
"""Before every child."""


def listed(
    cursor: Cursor,
    decryptor: Decryptor,
    report: str,
    on: str,
    authority: str | None,
    after: Place,
    most: int,
    until: str,
) -> list[ListedChild]:
    """Children on the list of a report on a day, from a place on; none who joined it after the day `until`."""
    cursor.execute(
        "with page as materialized (select * from finding f"  # noqa: S608
        f" where f.report = %(report)s and {_ON.format('f')} and {_IN.format('f')} and {_BEHIND.format('f')}"
        f" and f.since <= %(until)s{_UNLESS_SHIELDED} order by f.since, f.child limit %(most)s)"
        " select f.child::text, f.authority, f.since, f.status, f.detail, l.date_of_birth, l.known_to,"
        f" {EVENT_COLUMNS} from page f join listing l on l.child = f.child"
        " join history h on h.stream = l.record and h.version = l.version order by f.since, f.child",
        {
            "report": report,
            "on": on,
            "authority": authority,
            "until": until,
            "since": after.since,
            "child": after.child,
            "most": most,
        },
    )
    return _named(cursor.fetchall(), decryptor, on)


def possible_duplicates(
    cursor: Cursor, decryptor: Decryptor, on: str, authority: str | None, after: Place, most: int
) -> list[ListedChild]:
    """Children that may be one with another, from a place on; `since` is the day from which both were registered.

    The pairs are those undecided today; for an earlier day, those not registered by then are left out.
    """
    cursor.execute(
        "with pair as (select distinct on (1, 2) a.child as one, b.child as two, greatest(x.day, y.day) as since,"  # noqa: S608
        "  s.score from suspicion s"
        "  join link a on a.record = s.record join link b on b.record = s.other"
        "  join chronology x on x.stream = s.record and x.version = 1"
        "  join chronology y on y.stream = s.other and y.version = 1"
        "  where s.state = 'suspected' and a.child <> b.child and greatest(x.day, y.day) <= %(on)s"
        f"  {unless_cleared(False, 's.record', 's.other')}{unless_shielded('a.child', 'b.child')}"
        "  order by 1, 2, s.score desc),"
        " side as (select one as child, two as other, since, score from pair"
        "  union all select two, one, since, score from pair),"
        " found as (select child, min(since) as since,"
        "  json_agg(json_build_object('child', other, 'score', round(score::numeric, 4)) order by score desc, other)"
        "  as others from side group by child)"
        " select f.child::text, l.authority, f.since, 'suspected',"
        f" json_build_object('with', f.others)::text, l.date_of_birth, l.known_to, {EVENT_COLUMNS}"
        " from found f join listing l on l.child = f.child"
        " join history h on h.stream = l.record and h.version = l.version"
        f" where {_IN.format('l')} and {_BEHIND.format('f')} order by f.since, f.child limit %(most)s",
        {"on": on, "authority": authority, "since": after.since, "child": after.child, "most": most},
    )
    return _named(cursor.fetchall(), decryptor, on)


def _named(rows: Sequence[Sequence[Any]], decryptor: Decryptor, on: str) -> list[ListedChild]:
    """The children of rows of a list, with their names decrypted."""
    events = [stored_event(row[7:], decryptor) for row in rows]
    decryptor.prefetch({event.stream for event in events})
    found = []
    for (child, authority, since, status, detail, born, known_to, *_), event in zip(rows, events, strict=True):
        held = open_event(event).get("particulars", {})
        name = {key: held.get(key) for key in ("given_name", "family_name")}
        known = {source: day for source, day in orjson.loads(known_to).items() if day <= on}
        found.append(ListedChild(child, name, born, authority, since, status, orjson.loads(detail), known))
    return found


def on_list(cursor: Cursor, report: str, on: str, children: Collection[str]) -> set[str]:
    """Those of the children who are on the list of a report on a day."""
    cursor.execute(
        f"select f.child::text from finding f where f.report = %(report)s and {_ON.format('f')}"  # noqa: S608
        f" and f.child = any(%(children)s::uuid[]){_UNLESS_SHIELDED}",
        {"report": report, "on": on, "children": list(children)},
    )
    return {child for (child,) in cursor.fetchall()}


def count_listed_after(cursor: Cursor, report: str, on: str, authority: str | None, since: str) -> int:
    """How many children are on a list on a day who joined it after the day `since`."""
    cursor.execute(
        f"select count(*) from finding f where f.report = %(report)s and {_ON.format('f')}"  # noqa: S608
        f" and {_IN.format('f')} and f.since > %(since)s{_UNLESS_SHIELDED}",
        {"report": report, "on": on, "authority": authority, "since": since},
    )
    (number,) = cursor.fetchone() or (0,)
    return int(number)


def education_statuses(cursor: Cursor, on: str, authority: str | None) -> dict[str, int]:
    """How many children of school age have each education status."""
    cursor.execute(
        "select f.status, count(*) from finding f where f.report in (%(education)s, 'missing-education')"  # noqa: S608
        f" and {_ON.format('f')} and {_IN.format('f')}{_UNLESS_SHIELDED} group by 1 order by 1",
        {"education": EDUCATION, "on": on, "authority": authority},
    )
    return dict(cursor.fetchall())


def reported_days(cursor: Cursor, sources: Sequence[str], on: str, authority: str | None) -> dict[str, list[str]]:
    """The days that each feed reported of in its last WINDOW_DAYS up to a day, in order.

    Feeds that reported nothing by then are left out, and with an authority those without a child there.
    """
    days: defaultdict[str, list[str]] = defaultdict(list)
    for source in sources:
        cursor.execute(_DAYS_BACK, {"source": source, "on": f"{on}~", "window": WINDOW_DAYS, "authority": authority})
        found = [day for (day,) in cursor.fetchall() if day]
        if found:
            days[source] = found[::-1]
    return dict(days)


_DAYS_BACK = """
with recursive last as (
    select left(max(time), 10) as day from chronology where source = %(source)s and time < %(on)s
    and (%(authority)s::text is null or exists (select from chronology p
        where p.source = %(source)s and p.place = %(authority)s and p.kind in ('registered', 'amended')))
), back (day) as (
    select day from last
    union all
    select (select left(max(c.time), 10) from chronology c
        where c.source = %(source)s and c.time < back.day
        and c.time >= (select to_char(day::date - %(window)s, 'YYYY-MM-DD') from last))
    from back where back.day is not null
) select day from back"""
"""From the last day backwards, one index lookup a day."""


def first_day(cursor: Cursor, sources: Sequence[str]) -> str | None:
    """The first day that any of the agencies reported of."""
    cursor.execute(
        "select left(min((select min(c.time) from chronology c where c.source = s.source)), 10)"
        " from unnest(%s::text[]) as s (source)",
        (list(sources),),
    )
    day: tuple[str | None] = cursor.fetchone() or (None,)
    return day[0]
