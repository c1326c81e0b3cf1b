"""Days of one row that contradict each other: an end before its start, and what begins before the child was born."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from domain.vocabulary import Service, SubmissionType

DAYS_ADVICE = "correct one of the two days in the sending system"
PREGNANCY = timedelta(days=300)
"""So long before a birth those who look after the mother may begin to work with the child."""

_BEFORE_BIRTH = frozenset(
    {Service.HEALTH_VISITING, Service.HOSPITAL, Service.GP, Service.SOCIAL_CARE, Service.VOLUNTARY}
)
_BEGINS = {
    SubmissionType.INVOLVEMENT_STARTED: ("involvement", "started_on"),
    SubmissionType.FLAG_RAISED: ("flag", "raised_on"),
}
_ENDS = {
    SubmissionType.INVOLVEMENT_ENDED: ("involvement", "ended_on"),
    SubmissionType.FLAG_LOWERED: ("flag", "lowered_on"),
}


class DayFault(NamedTuple):
    """What is wrong with a day: the number of its submission among the row's, from 0, and its field."""

    which: int
    field: str
    problem: str


def faults_of_days(submissions: Sequence[Mapping[str, Any]]) -> Iterator[DayFault]:
    """The faults of a row's submissions, which follow the contract each by itself."""
    born = next((day for each in submissions if (day := each["data"].get("date_of_birth"))), None)
    began: dict[tuple[str, str], str] = {}
    for which, submission in enumerate(submissions):
        kind, data = submission["type"], submission["data"]
        if kind in _BEGINS:
            name, field = _BEGINS[kind]
            if day := data.get(field):
                began[name, data[name]] = day
                if born and day < _earliest(born, data):
                    yield DayFault(which, f"data.{field}", "lies before the date of birth")
        elif kind in _ENDS:
            name, field = _ENDS[kind]
            day, start = data.get(field), began.get((name, data[name]))
            if day and start and day < start:
                yield DayFault(which, f"data.{field}", "lies before the day on which it began")
            elif day and born and day < born and not start:
                yield DayFault(which, f"data.{field}", "lies before the date of birth")
        elif kind == SubmissionType.CHILD_DEREGISTERED and born and (day := data.get("on")) and day < born:
            yield DayFault(which, "data.on", "lies before the date of birth")
        consent = data.get("consent") or {}
        if (until := consent.get("until")) and (given := consent.get("on")) and until < given:
            yield DayFault(which, "data.consent.until", "lies before the day on which consent was given")


def _earliest(born: str, data: Mapping[str, Any]) -> str:
    """The first day on which it may have begun; a flag may be about a child who is expected."""
    before = PREGNANCY if "flag" in data or data.get("service") in _BEFORE_BIRTH else timedelta(0)
    return (date.fromisoformat(born) - before).isoformat()
