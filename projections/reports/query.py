"""Reports read from the findings: who is on a list on a day, by authority, and on which days feeds reported."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.places import codes_of
from domain.reports import EDUCATION
from domain.reports.staleness import WINDOW_DAYS
from projections.audit_history.query import EVENT_COLUMNS, open_event, stored_event
from projections.base.projection import Decryptor
from projections.visibility.scope import ORDINARY

_ON = "begins <= %(on)s and ends > %(on)s"
_BEHIND = "(since, child) > (%(since)s, %(child)s::uuid)"
_IN = "(%(places)s::text[] is null or authority = any(%(places)s::text[]))"
_FINDINGS = "from unveiled_finding where"
"""Hidden children are on no list and in no count."""


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


def _places(authority: str | None, on: str) -> list[str] | None:
    """The codes that are one place with an authority on a day; None for everywhere."""
    return None if authority is None else codes_of(authority, on)


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
    ORDINARY.execute(
        cursor,
        f"with page as materialized (select child, authority, since, status, detail {_FINDINGS}"  # noqa: S608
        f" report = %(report)s and {_ON} and {_IN} and {_BEHIND} and since <= %(until)s"
        " order by since, child limit %(most)s)"
        " select f.child::text, f.authority, f.since, f.status, f.detail, h.date_of_birth, h.known_to,"
        f" {EVENT_COLUMNS} from page f join unveiled_name h on h.child = f.child"
        " where h.child = any(array(select child from page)) order by f.since, f.child",
        {
            "report": report,
            "on": on,
            "places": _places(authority, on),
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
    ORDINARY.execute(
        cursor,
        f"with pair as materialized (select distinct on (1, 2) least(child, other_child) as one,"  # noqa: S608
        "  greatest(child, other_child) as two, since, score from unveiled_suspicion where since <= %(on)s"
        "  order by 1, 2, score desc, since),"
        " side as (select one as child, two as other, since, score from pair"
        "  union all select two, one, since, score from pair),"
        " found as materialized (select child, min(since) as since,"
        "  json_agg(json_build_object('child', other, 'score', round(score::numeric, 4)) order by score desc, other)"
        "  as others from side group by child)"
        " select f.child::text, h.lives_in, f.since, 'suspected',"
        f" json_build_object('with', f.others)::text, h.date_of_birth, h.known_to, {EVENT_COLUMNS}"
        " from found f join unveiled_name h on h.child = f.child"
        " where h.child = any(array(select child from found))"
        " and (%(places)s::text[] is null or h.lives_in = any(%(places)s::text[]))"
        " and (f.since, f.child) > (%(since)s, %(child)s::uuid) order by f.since, f.child limit %(most)s",
        {"on": on, "places": _places(authority, on), "since": after.since, "child": after.child, "most": most},
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
    ORDINARY.execute(
        cursor,
        f"select child::text {_FINDINGS} report = %(report)s and {_ON} and child = any(%(children)s::uuid[])",
        {"report": report, "on": on, "children": list(children)},
    )
    return {child for (child,) in cursor.fetchall()}


def count_listed_after(cursor: Cursor, report: str, on: str, authority: str | None, since: str) -> int:
    """How many children are on a list on a day who joined it after the day `since`."""
    ORDINARY.execute(
        cursor,
        f"select count(*) {_FINDINGS} report = %(report)s and {_ON} and {_IN} and since > %(since)s",
        {"report": report, "on": on, "places": _places(authority, on), "since": since},
    )
    (number,) = cursor.fetchone() or (0,)
    return int(number)


def count_joined(cursor: Cursor, report: str, on: str, authority: str | None, before: str) -> int:
    """How many children are on a list on a day who were not on it, in that place, on the day `before`."""
    ORDINARY.execute(
        cursor,
        f"select count(*) {_FINDINGS} report = %(report)s and {_ON} and {_IN} and child not in ("
        f"select child {_FINDINGS} report = %(report)s and begins <= %(before)s and ends > %(before)s"
        " and (%(places_before)s::text[] is null or authority = any(%(places_before)s::text[])))",
        {
            "report": report,
            "on": on,
            "places": _places(authority, on),
            "before": before,
            "places_before": _places(authority, before),
        },
    )
    (number,) = cursor.fetchone() or (0,)
    return int(number)


def children_listed(cursor: Cursor, report: str, on: str, authority: str | None) -> dict[str, str]:
    """The children on a list on a day, each with the day since which it is on it."""
    ORDINARY.execute(
        cursor,
        f"select child::text, since {_FINDINGS} report = %(report)s and {_ON} and {_IN}",
        {"report": report, "on": on, "places": _places(authority, on)},
    )
    return dict(cursor.fetchall())


def education_statuses(cursor: Cursor, on: str, authority: str | None) -> dict[str, int]:
    """How many children of school age have each education status."""
    ORDINARY.execute(
        cursor,
        f"select status, count(*) {_FINDINGS} report in (%(education)s, 'missing-education')"
        f" and {_ON} and {_IN} group by 1 order by 1",
        {"education": EDUCATION, "on": on, "places": _places(authority, on)},
    )
    return dict(cursor.fetchall())


def reported_days(cursor: Cursor, sources: Sequence[str], on: str, authority: str | None) -> dict[str, list[str]]:
    """The days that each feed reported of in its last WINDOW_DAYS up to a day, in order.

    Feeds that reported nothing by then are left out, and with an authority those without a child there.
    """
    days: defaultdict[str, list[str]] = defaultdict(list)
    for source in sources:
        ORDINARY.execute(
            cursor,
            "select day from reported_days(%s, %s, %s, %s) as day",
            (source, f"{on}~", WINDOW_DAYS, _places(authority, on)),
        )
        found = [day for (day,) in cursor.fetchall()]
        if found:
            days[source] = sorted(found)
    return dict(days)


def first_day(cursor: Cursor, sources: Sequence[str]) -> str | None:
    """The first day that any of the agencies reported of."""
    ORDINARY.execute(
        cursor,
        "select min(first_reported_day(source)) from unnest(%s::text[]) as source",
        (list(sources),),
    )
    day: tuple[str | None] = cursor.fetchone() or (None,)
    return day[0]
