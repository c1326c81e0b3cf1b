"""Days are those of England: a moment belongs to the local day there, in whatever time zone it was written.

Each process may set another time zone once, before it decides anything. The content of views depends on it, so they are
rebuilt where it changes.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

ENGLAND = "Europe/London"
_zones = [ENGLAND]


def set_zone(name: str) -> None:
    """Days are those of this time zone from now on in this process."""
    _zones[:] = [name]


def zone() -> str:
    """The name of the time zone whose days are meant."""
    return _zones[0]


def local(moment: str) -> datetime:
    """A moment (ISO text in UTC) as local time, without a zone."""
    return _local(datetime.fromisoformat(moment).astimezone(UTC))


def day_of(moment: str) -> str:
    """The day, as ISO text, of a moment (ISO text in UTC, to the second or finer)."""
    return _day_of_minute(moment[:16], zone())


def day_at(now: datetime) -> date:
    """The day that it is at a moment."""
    return _local(now).date()


def begin_of(day: date) -> datetime:
    """The moment at which a day begins, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone())).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last moment of a day, in UTC."""
    return datetime.combine(day, time.max, ZoneInfo(zone())).astimezone(UTC)


@lru_cache(maxsize=65_536)
def _day_of_minute(minute: str, _: str) -> str:
    return _local(datetime.fromisoformat(minute).replace(tzinfo=UTC)).date().isoformat()


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone(ZoneInfo(zone())).replace(tzinfo=None)
    except OverflowError:  # the first or last day of the calendar
        return moment.astimezone(UTC).replace(tzinfo=None)
