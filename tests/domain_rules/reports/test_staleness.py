"""When a feed counts as quiet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reports import quiet_feed
from domain.reports.staleness import MORE_THAN_EVER, SHORTEST_DAYS

DAY = date(2008, 10, 23)


def ago(*days: int) -> list[str]:
    return [(DAY - timedelta(days=number)).isoformat() for number in sorted(days, reverse=True)]


@pytest.mark.parametrize(
    ("days", "silent"),
    [
        ((42, 43, 44), False),
        ((43, 44, 45), True),
        ((100, 170), False),
        ((106, 176), True),
        ((300, 1000), True),
        ((41,), False),
        ((43,), True),
    ],
    ids=[
        "as long as the summer holidays",
        "a day longer",
        "longer, but it pauses for seventy days",
        "half as long again as its longest pause",
        "what it did years ago is not its rhythm",
        "heard once",
        "heard once, and long ago",
    ],
)
def test_a_feed_is_quiet_by_its_own_rhythm(days: tuple[int, ...], silent: bool) -> None:
    assert (quiet_feed(ago(*days), DAY) is not None) is silent


def test_a_feed_that_was_never_heard_is_not_called_quiet() -> None:
    assert quiet_feed([], DAY) is None


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=30, unique=True))
def test_what_is_said_of_a_quiet_feed_is_so(days: list[int]) -> None:
    found = quiet_feed(ago(*days), DAY)
    if found:
        assert found.silent == min(days) > max(SHORTEST_DAYS, MORE_THAN_EVER * found.pause)
        assert found.last == ago(*days)[-1]
