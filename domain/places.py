"""Local authorities whose codes changed: a code and its successor are one place on a given day.

The codes and days are those of the Code History Database of the Office for National Statistics, which it publishes at
geoportal.statistics.gov.uk, for England since 2012, as far as they are certain. A county that was split among several
authorities has no successor here: nobody knows from the code alone which of them a child lives in. A code that is not
listed is a place of its own.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache

_SUCCESSIONS = """
-           E06000057  E06000048
-           E08000037  E08000020
-           E07000240  E07000100
-           E07000241  E07000104
-           E07000242  E07000097
-           E07000243  E07000101
2019-04-01  E06000058  E06000028 E06000029 E07000048
2019-04-01  E06000059  E07000049 E07000050 E07000051 E07000052 E07000053
2019-04-01  E07000244  E07000205 E07000206
2019-04-01  E07000245  E07000201 E07000204
2019-04-01  E07000246  E07000190 E07000191
2020-04-01  E06000060  E10000002 E07000004 E07000005 E07000006 E07000007
2021-04-01  E06000061  E07000150 E07000152 E07000153 E07000156
2021-04-01  E06000062  E07000151 E07000154 E07000155
2023-04-01  E06000063  E07000026 E07000028 E07000029
2023-04-01  E06000064  E07000027 E07000030 E07000031
2023-04-01  E06000065  E10000023 E07000163 E07000164 E07000165 E07000166 E07000167 E07000168 E07000169
2023-04-01  E06000066  E10000027 E07000187 E07000188 E07000189 E07000246
-           E08000038  E08000016
-           E08000039  E08000019
"""
"""A day, the code from that day on, and the codes that it replaced; without a day only the code of a place is new."""

_ALWAYS, _AT_LAST = "0000-01-01", "9999-12-31"


def _read() -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """By code its successor and the day of that, and by code the day from which it exists."""
    after: dict[str, tuple[str, str]] = {}
    since: dict[str, str] = {}
    for line in _SUCCESSIONS.split("\n"):
        if not line:
            continue
        day, new, *replaced = line.split()
        since[new] = _ALWAYS if day == "-" else day
        after |= dict.fromkeys(replaced, (new, since[new]))
    return after, since


_AFTER, _SINCE = _read()


def place_on(code: str, day: str) -> str:
    """The code that a place has on a day, an ISO date, of all that it has had."""
    while code in _AFTER and _AFTER[code][1] <= day:
        code = _AFTER[code][0]
    return code


def place_now(code: str | None) -> str | None:
    """The code that a place has now; None is nowhere."""
    return code and place_on(code, _AT_LAST)


def is_one_place(one: str | None, other: str | None) -> bool:
    """Whether two codes are one place now; what is nowhere is no place."""
    return one is not None and place_now(one) == place_now(other)


@lru_cache(maxsize=4096)
def codes_of(code: str, day: str) -> list[str]:
    """All codes that are one place with a code on a day; for a place that came later, those of its predecessors."""
    on = max(day, _SINCE.get(code, _ALWAYS))
    place = place_on(code, on)
    return sorted({code, *(each for each in _known() if place_on(each, on) == place)})


def days_of_change(codes: Iterable[str]) -> set[str]:
    """The days from which some of these codes are one place with another."""
    days = set()
    for first in codes:
        code = first
        while code in _AFTER:
            code, day = _AFTER[code]
            days.add(day)
    return days - {_ALWAYS}


def addressee(code: str | None, registered: Collection[str]) -> str | None:
    """Whichever of the registered codes is one place with a code now, the code itself before others and without any."""
    if code is None or code in registered:
        return code
    return next((each for each in sorted(registered, reverse=True) if is_one_place(each, code)), code)


@cache
def _known() -> Mapping[str, None]:
    return dict.fromkeys([*_AFTER, *_SINCE])
