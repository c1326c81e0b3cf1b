"""A page of a report: the children on its list, and the counts and warnings beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from domain.reports import POSSIBLE_DUPLICATES, QuietFeed
from projections.base.projection import Decryptor
from projections.reports.query import FIRST, ListedChild, Place
from services.queries.paging import fill_page
from services.queries.reports.feeds import quiet_feeds, warnings
from services.queries.reports.lists import Lists, lists_of
from services.queries.reports.query import ReportQuery
from streams.store.database import Cursor

Fields = dict[str, Any]

OF_WHAT_LACKS = frozenset({"missing-education", "no-gp"})
"""Reports that would list a record as a child of its own only because its match is undecided."""


def report_page(
    cursor: Cursor, decryptor: Decryptor, query: ReportQuery, after: Place, most: int
) -> tuple[Fields, Place | None]:
    """The document of contract §4 for at most `most` children, and the place behind which there are more.

    Children who came onto a list after a feed that it rests on fell silent are counted in `withheld` and not listed.
    Those who may be the same child as one who is not on the list are `undecided`. What is not about the children of a
    page (`withheld`, `warnings`, `education`) is on the first page alone, and children who are not shown are not
    counted.
    """
    lists = lists_of(cursor, decryptor, query)
    silent = quiet_feeds(cursor, lists, query)
    until = min((each.last for each in silent.values()), default=query.day)
    found, last = _found(cursor, lists, query, until, after, most)
    undecided = _undecided(cursor, lists, query, found) if query.report in OF_WHAT_LACKS else {}
    decided = [each for each in found if each.child not in undecided]
    made: Fields = {
        "report": query.report,
        "on": query.day,
        "authority": query.authority,
        "children": [_child(each) for each in decided],
        "count": len(decided),
        "statuses": dict(sorted(Counter(each.status for each in decided).items())),
        "undecided": [{**_child(each), "may_be": undecided[each.child]} for each in found if each.child in undecided],
        "withheld": 0,
        "more": last is not None,
        "warnings": [],
    }
    if query.recorded_at:
        made["as_of"] = query.recorded_at
    if query.report == "missing-education":
        made["follow_up"] = _follow_up(decided)
    if after == FIRST:
        made |= _beside(cursor, lists, query, silent, until)
    return made, last


def _found(
    cursor: Cursor, lists: Lists, query: ReportQuery, until: str, after: Place, most: int
) -> tuple[list[ListedChild], Place | None]:
    """The next children who are shown, and the place of the last where there are more; no gap reveals the others."""

    def fetch(behind: Place, number: int) -> list[ListedChild]:
        if query.report == POSSIBLE_DUPLICATES:
            return lists.possible_duplicates(behind, number)
        return lists.listed(behind, number, until)

    found = fill_page(fetch, lambda page: _shown(cursor, query, page), _place_of, after, most + 1)
    return found[:most], _place_of(found[most - 1]) if len(found) > most else None


def _place_of(found: ListedChild) -> Place:
    return Place(found.since, found.child)


def _shown(cursor: Cursor, query: ReportQuery, found: Sequence[ListedChild]) -> Sequence[ListedChild]:
    """Those who may be shown; of a pair of possible duplicates, both or neither."""
    if query.shown is None:
        return found
    others = {other["child"] for each in found for other in each.detail.get("with", ())}
    shown = query.shown(cursor, {each.child for each in found} | others)
    kept = []
    for each in found:
        partners = [other for other in each.detail.get("with", ()) if other["child"] in shown]
        if each.child in shown and (partners or "with" not in each.detail):
            kept.append(each._replace(detail={**each.detail, "with": partners}) if partners else each)
    return kept


def _beside(cursor: Cursor, lists: Lists, query: ReportQuery, silent: Mapping[str, QuietFeed], until: str) -> Fields:
    """What the first page has beside the list."""
    fields: Fields = {"warnings": warnings(cursor, lists, query, silent)}
    if silent and query.shown is None:
        fields["withheld"] = lists.count_listed_after(until)
    if query.report == "missing-education" and query.shown is None:
        fields["education"] = lists.education_statuses()
    return fields


def _undecided(cursor: Cursor, lists: Lists, query: ReportQuery, found: Sequence[ListedChild]) -> dict[str, list[str]]:
    """The children who may be the same as a child that is not on the list, and those others."""
    others = lists.suspected_others([each.child for each in found])
    named = set().union(*others.values())
    named -= lists.on_list(named)
    if query.shown:
        named = query.shown(cursor, named)
    return {child: sorted(each & named) for child, each in others.items() if each & named}


def _child(found: ListedChild) -> Fields:
    return {
        "child": found.child,
        "name": found.name,
        "date_of_birth": found.date_of_birth,
        "authority": found.authority,
        "since": found.since,
        "known_to": sorted(found.known_to),
        "status": found.status,
        **found.detail,
    }


def _follow_up(found: Sequence[ListedChild]) -> Mapping[str, int]:
    """How many have no follow-up, one that is open, or one that has ended although they are still missing."""
    counts = Counter((each.detail["follow_up"] or {"status": "none"})["status"] for each in found)
    return {status: counts[status] for status in ("none", "open", "ended")}
