"""Moments as a call gives them, each as the log writes it."""

import re
from datetime import UTC, date, datetime
from http import HTTPStatus

from domain.days import day_of, end_of
from services.api.problems import Problem

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?", re.ASCII)


def moment(name: str, text: str | None) -> str | None:
    """A moment that a parameter gives, in UTC; a date stands for its end. Raises Problem 422."""
    if text is None:
        return None
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        given = end_of(date.fromisoformat(text)) if len(text) == 10 else datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        detail = f"{name}: give a date, or a moment with its zone such as 2008-10-23T13:23:00Z"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
    return given.isoformat(timespec="microseconds")[:-6] + "Z"


def day(given: str) -> date:
    """The day that a moment lies in, where the directory is."""
    return date.fromisoformat(day_of(given))
