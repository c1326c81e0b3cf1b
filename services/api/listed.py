"""What a directory shows whose policy does not list everyone: lists and pages without gaps where others are left out.

A page is filled up, and ends with somebody who is listed: neither its length nor the link to the next tells of others.
"""

from collections.abc import Callable, Collection, Sequence

from domain.matching import SearchQuery
from projections.directory import query as directory
from projections.directory.redaction import RedactedEntry
from projections.duplicates.query import OpenPair, Place, children_of
from projections.search.query import MOST_ROWS, SearchResult, find
from services.api.access_control.looks import Viewer
from services.queries.paging import fill_page
from streams.store.database import Cursor

MOST_PASSES = 4
"""How often a search is made again without what it must not find."""


def find_redacted(
    cursor: Cursor, who: Viewer, query: SearchQuery, limit: int
) -> tuple[SearchResult, list[RedactedEntry]]:
    """The best of the children that fit and are listed, and what is seen of them.

    A record to which no consent stands finds nobody. That is sealed, so it is known only once a child is read, and then
    it is looked for again without that record.
    """
    hidden: set[str] = set()
    for _ in range(MOST_PASSES):
        found = find_listed(cursor, who, query, limit, hidden)
        children = [hit.child for hit in found.hits]
        redacted = directory.redacted_entries(cursor, who.dependencies.keys, children, who.today, cleared=who.cleared)
        more = {record for each in redacted for record in each.hidden} - hidden if who.cleared else set()
        if not more:
            return found, redacted
        hidden |= more
    return found, [each for each in redacted if hidden.issuperset(each.hidden) and not more.intersection(each.hidden)]


def find_listed(
    cursor: Cursor, who: Viewer, query: SearchQuery, limit: int, hidden: Collection[str] = ()
) -> SearchResult:
    """The best of the children that fit and are listed; others take nobody's place."""
    if who.dependencies.deployment.shows_all:
        return find(cursor, who.dependencies.searcher, query, limit, cleared=who.cleared, hidden=hidden)
    found = find(cursor, who.dependencies.searcher, query, MOST_ROWS, cleared=who.cleared, hidden=hidden)
    listed = who.shown(cursor, [hit.child for hit in found.hits])
    hits = [hit for hit in found.hits if hit.child in listed]
    return SearchResult(hits[:limit], found.too_many or len(hits) > limit)


def children_listed(cursor: Cursor, who: Viewer, after: str | None, limit: int) -> list[str]:
    """The children that are listed, in order, from the one that follows `after`; fewer than `limit` at the end only."""

    def children(behind: str | None, most: int) -> list[str]:
        return directory.children(cursor, behind, most, cleared=who.cleared)

    def are_listed(page: Sequence[str]) -> list[str]:
        listed = who.shown(cursor, page)
        return [child for child in page if child in listed]

    return fill_page(children, are_listed, lambda child: child, after, limit)


def pairs_listed(
    cursor: Cursor, who: Viewer, fetch: Callable[[Place | None, int], list[OpenPair]], after: Place | None, limit: int
) -> list[OpenPair]:
    """The pairs of a queue of which nobody is left out; fewer than `limit` at the end only."""

    def are_listed(page: Sequence[OpenPair]) -> list[OpenPair]:
        listed = who.shown(cursor, [child for pair in page for child in _children(pair)])
        return [pair for pair in page if listed.issuperset(_children(pair))]

    return fill_page(fetch, are_listed, lambda pair: pair.place, after, limit)


def _children(pair: OpenPair) -> Sequence[str]:
    """Two children of a suspected pair, one of a contradiction."""
    return [pair.child] if pair.child else children_of([pair])
