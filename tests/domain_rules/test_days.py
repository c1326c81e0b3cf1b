"""Days are England's, or those of the time zone that is set."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from domain import days


@pytest.fixture
def new_york() -> Iterator[None]:
    days.set_zone("America/New_York")
    yield
    days.set_zone(days.ENGLAND)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2024-06-30T22:59:59.999999Z", "2024-06-30"),
        ("2024-06-30T23:00:00.000000Z", "2024-07-01"),
        ("2024-12-31T23:59:59.999999Z", "2024-12-31"),
        ("2024-02-28T23:40:00.000000Z", "2024-02-28"),
        ("2024-03-30T23:40:00.000000Z", "2024-03-30"),
        ("2024-03-31T23:40:00.000000Z", "2024-04-01"),
        ("2024-10-26T23:40:00.000000Z", "2024-10-27"),
        ("2024-10-27T23:40:00.000000Z", "2024-10-27"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31"),
        ("0001-01-01T00:00:00.000000Z", "0001-01-01"),
    ],
)
def test_a_moment_belongs_to_the_day_that_it_is_in_england(moment: str, day: str) -> None:
    assert days.day_of(moment) == day
    assert days.day_at(datetime.fromisoformat(moment)).isoformat() == day


def test_a_day_in_summer_begins_an_hour_before_midnight_in_utc() -> None:
    assert days.begin_of(date(2024, 7, 1)) == datetime(2024, 6, 30, 23, tzinfo=UTC)
    assert days.end_of(date(2024, 10, 27)) == datetime(2024, 10, 27, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.usefixtures("new_york")
def test_another_time_zone_can_be_set() -> None:
    assert days.day_of("2024-07-01T03:59:00.000000Z") == "2024-06-30"
