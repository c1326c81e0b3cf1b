"""Lists and pages of a directory whose policy does not list everyone, without gaps where a child is left out.

A page is filled, and ends with a child who is listed: neither its length nor the link to the next reveals the others.
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
"""How often a search is repeated without the records that must not match."""


def find_redacted(
    cursor: Cursor, who: Viewer, query: SearchQuery, limit: int
) -> tuple[SearchResult, list[RedactedEntry]]:
    """The best matches that are listed, and their redacted entries, of which nothing but who the child is.

    A record without consent must not match. Consent is sealed, so it is known only once the child is read; the search
    is then repeated without that record.
    """
    hidden: set[str] = set()
    for _ in range(MOST_PASSES):
        found = find_listed(cursor, who, query, limit, hidden)
        children = [hit.child for hit in found.hits]
        redacted = directory.redacted_entries(
            cursor, who.dependencies.keys, children, who.today, cleared=who.cleared, only_identity=True
        )
        more = {record for each in redacted for record in each.hidden} - hidden if who.cleared else set()
        if not more:
            return found, redacted
        hidden |= more
    return found, [each for each in redacted if hidden.issuperset(each.hidden) and not more.intersection(each.hidden)]


def find_listed(
    cursor: Cursor, who: Viewer, query: SearchQuery, limit: int, hidden: Collection[str] = ()
) -> SearchResult:
    """The best matches that are listed; a child who is not takes no place among them."""
    if who.dependencies.deployment.shows_all:
        return find(cursor, who.dependencies.searcher, query, limit, cleared=who.cleared, hidden=hidden)
    found = find(cursor, who.dependencies.searcher, query, MOST_ROWS, cleared=who.cleared, hidden=hidden)
    listed = who.shown(cursor, [hit.child for hit in found.hits])
    hits = [hit for hit in found.hits if hit.child in listed]
    return SearchResult(hits[:limit], found.too_many or len(hits) > limit)


def entries_listed(cursor: Cursor, who: Viewer, after: str | None, limit: int) -> list[RedactedEntry]:
    """The children with an entry that are listed, in order, behind `after`; fewer than `limit` at the end only.

    Whether there is an entry is known only once it is read: what consent alone hides takes no place either.
    """

    def children(behind: str | None, most: int) -> list[str]:
        return directory.children(cursor, behind, most, cleared=who.cleared)

    read: dict[str, RedactedEntry] = {}

    def with_entries(page: Sequence[str]) -> list[str]:
        listed = who.shown(cursor, page)
        wanted = [child for child in page if child in listed]
        found = directory.redacted_entries(cursor, who.dependencies.keys, wanted, who.today, cleared=who.cleared)
        read.update({each.child: each for each in found if each.entry})
        return [child for child in wanted if child in read]

    return [read[child] for child in fill_page(children, with_entries, lambda child: child, after, limit)]


def pairs_listed(
    cursor: Cursor,
    who: Viewer,
    fetch: Callable[[Place | None, int], list[OpenPair]],
    readable: Callable[[Sequence[OpenPair]], list[OpenPair]],
    after: Place | None,
    limit: int,
) -> list[OpenPair]:
    """The `readable` pairs of a queue whose children are all listed; fewer than `limit` at the end only."""

    def are_shown(page: Sequence[OpenPair]) -> list[OpenPair]:
        listed = who.shown(cursor, [child for pair in page for child in _children(pair)])
        return readable([pair for pair in page if listed.issuperset(_children(pair))])

    return fill_page(fetch, are_shown, lambda pair: pair.place, after, limit)


def _children(pair: OpenPair) -> Sequence[str]:
    """Two children of a suspected pair, one of a contradiction."""
    return [pair.child] if pair.child else children_of([pair])
