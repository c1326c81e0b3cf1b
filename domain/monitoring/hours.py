"""The hours outside work, by the time of day in England."""

from domain.days import local

FIRST_HOUR, LAST_HOUR = 7, 20
"""Work begins at 07:00 and ends at 20:00; other times and weekends are out of hours, bank holidays are not."""


def is_out_of_hours(at: str) -> bool:
    """Whether a moment is before 07:00, from 20:00 on, or on a Saturday or Sunday, in England."""
    here = local(at)
    return here.weekday() >= 5 or not FIRST_HOUR <= here.hour < LAST_HOUR
