"""The time of day in England, and the hours outside work."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

FIRST_HOUR, LAST_HOUR = 7, 20
"""Work begins at 07:00 and ends at 20:00; other times and weekends are out of hours, bank holidays are not."""


def local(at: str) -> datetime:
    """A moment (ISO text in UTC) as local time in England, without a zone."""
    moment = datetime.fromisoformat(at).astimezone(UTC).replace(tzinfo=None)
    return moment + timedelta(hours=_is_summer_time(moment))


def is_out_of_hours(at: str) -> bool:
    """Whether a moment is before 07:00, from 20:00 on, or on a Saturday or Sunday, in England."""
    here = local(at)
    return here.weekday() >= 5 or not FIRST_HOUR <= here.hour < LAST_HOUR


def _is_summer_time(moment: datetime) -> bool:
    """From 01:00 UTC of the last Sunday in March to that of the last in October (Summer Time Order 2002)."""
    return _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10)


@lru_cache(maxsize=256)
def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1)
    return last - timedelta(days=(last.weekday() + 1) % 7)
