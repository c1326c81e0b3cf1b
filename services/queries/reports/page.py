"""What a report answers: the children on its list, and what is counted beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from domain.reports import POSSIBLE_DUPLICATES, QuietFeed
from projections.base.projection import Decryptor
from projections.duplicates.query import suspected_others
from projections.reports import query
from projections.reports.query import FIRST, ListedChild, Place
from services.queries.paging import fill_page
from services.queries.reports.feeds import quiet_feeds, warnings
from services.queries.reports.query import ReportQuery
from streams.store.database import Cursor

Fields = dict[str, Any]

OF_WHAT_LACKS = frozenset({"missing-education", "no-gp"})
"""Reports on which a record that stands alone only because nobody has decided whose it is would seem a child."""


def report_page(
    cursor: Cursor, decryptor: Decryptor, asked: ReportQuery, after: Place, most: int
) -> tuple[Fields, Place | None]:
    """The document of contract §4 for at most `most` children, and the place behind which there are more.

    Children who came onto a list after a feed that it rests on fell silent are counted in `withheld` and not listed.
    Those of whom only something is lacking, and who may be one with a child that lacks it not, are `undecided`.
    What is not about the children of a page (`withheld`, `warnings`, `education`) is told on the first alone, and
    nothing is counted of children that are not shown.
    """
    silent = quiet_feeds(cursor, asked)
    until = min((each.last for each in silent.values()), default=asked.day)
    found, last = _found(cursor, decryptor, asked, until, after, most)
    undecided = _undecided(cursor, asked, found) if asked.report in OF_WHAT_LACKS else {}
    decided = [each for each in found if each.child not in undecided]
    made: Fields = {
        "report": asked.report,
        "on": asked.day,
        "authority": asked.authority,
        "children": [_child(each) for each in decided],
        "count": len(decided),
        "statuses": dict(sorted(Counter(each.status for each in decided).items())),
        "undecided": [{**_child(each), "may_be": undecided[each.child]} for each in found if each.child in undecided],
        "withheld": 0,
        "more": last is not None,
        "warnings": [],
    }
    if asked.report == "missing-education":
        made["follow_up"] = _follow_up(decided)
    if after == FIRST:
        made |= _beside(cursor, asked, silent, until)
    return made, last


def _found(
    cursor: Cursor, decryptor: Decryptor, asked: ReportQuery, until: str, after: Place, most: int
) -> tuple[list[ListedChild], Place | None]:
    """The next children who are shown, and the last of them where there are more: no gap tells of the others."""

    def fetch(behind: Place, number: int) -> list[ListedChild]:
        return _page(cursor, decryptor, asked, until, behind, number)

    found = fill_page(fetch, lambda page: _shown(cursor, asked, page), _place_of, after, most + 1)
    return found[:most], _place_of(found[most - 1]) if len(found) > most else None


def _place_of(found: ListedChild) -> Place:
    return Place(found.since, found.child)


def _page(
    cursor: Cursor, decryptor: Decryptor, asked: ReportQuery, until: str, after: Place, most: int
) -> list[ListedChild]:
    if asked.report == POSSIBLE_DUPLICATES:
        return query.possible_duplicates(cursor, decryptor, asked.day, asked.authority, after, most)
    return query.listed(cursor, decryptor, asked.report, asked.day, asked.authority, after, most, until)


def _shown(cursor: Cursor, asked: ReportQuery, found: Sequence[ListedChild]) -> Sequence[ListedChild]:
    """Those of whom something may be told; of a pair of possible duplicates, both or neither."""
    if asked.shown is None:
        return found
    others = {other["child"] for each in found for other in each.detail.get("with", ())}
    shown = asked.shown(cursor, {each.child for each in found} | others)
    kept = []
    for each in found:
        partners = [other for other in each.detail.get("with", ()) if other["child"] in shown]
        if each.child in shown and (partners or "with" not in each.detail):
            kept.append(each._replace(detail={**each.detail, "with": partners}) if partners else each)
    return kept


def _beside(cursor: Cursor, asked: ReportQuery, silent: Mapping[str, QuietFeed], until: str) -> Fields:
    """What is told beside the list."""
    told: Fields = {"warnings": warnings(cursor, asked, silent)}
    if silent and asked.shown is None:
        told["withheld"] = query.count_listed_after(cursor, asked.report, asked.day, asked.authority, until)
    if asked.report == "missing-education" and asked.shown is None:
        told["education"] = query.education_statuses(cursor, asked.day, asked.authority)
    return told


def _undecided(cursor: Cursor, asked: ReportQuery, found: Sequence[ListedChild]) -> dict[str, list[str]]:
    """The children who may be one with a child that is not on the list, and with whom."""
    others = suspected_others(cursor, [each.child for each in found])
    named = set().union(*others.values())
    named -= query.on_list(cursor, asked.report, asked.day, named)
    if asked.shown:
        named = asked.shown(cursor, named)
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
    """How many are followed up, were followed up and are missing still, or not followed up."""
    counts = Counter((each.detail["follow_up"] or {"status": "none"})["status"] for each in found)
    return {status: counts[status] for status in ("none", "open", "ended")}
