"""A page is filled up, whoever is left out, and pages together hold everybody who is kept, once and in order."""

from bisect import bisect_right
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.queries.paging import fill_page


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 12))
def test_pages_have_no_gap_and_lose_nobody(kept: list[bool], most: int) -> None:
    everybody = list(range(len(kept)))

    def fetch(after: int, number: int) -> Sequence[int]:
        begin = bisect_right(everybody, after)
        return everybody[begin : begin + number]

    def keep(chunk: Sequence[int]) -> list[int]:
        return [item for item in chunk if kept[item]]

    pages, after = [], -1
    while page := fill_page(fetch, keep, lambda item: item, after, most):
        pages.append(page)
        after = page[-1]
    assert [item for page in pages for item in page] == keep(everybody)
    assert all(len(page) == most for page in pages[:-1])
