"""Full pages where some of the items are left out."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

FETCHED = 50
"""At least so many are fetched at once: where few of many are kept, each fetch costs more than its items."""

Item = TypeVar("Item")
Place = TypeVar("Place")


def fill_page(
    fetch: Callable[[Place, int], Sequence[Item]],
    keep: Callable[[Sequence[Item]], Iterable[Item]],
    place_of: Callable[[Item], Place],
    after: Place,
    most: int,
) -> list[Item]:
    """The next items that are kept, in order from the one behind `after`; fewer than `most` only at the end.

    `fetch` gives the next items behind a place, fewer than the number given only at the end; `keep` gives those of a
    chunk that are shown, in its order; `place_of` is an item's place.
    """
    kept: list[Item] = []
    number = max(most, FETCHED)
    while len(kept) < most:
        chunk = fetch(after, number)
        kept += keep(chunk)
        if len(chunk) < number:
            break
        after = place_of(chunk[-1])
    return kept[:most]
