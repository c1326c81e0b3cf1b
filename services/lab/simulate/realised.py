"""What a population came to: its figures, each beside the one aimed at where there is one.

The memo speaks of *need*: about 30 % of children at any one time, 50 % over childhood. What agencies report is
*services*. Here a service works on every need from its first day in the county, so as many have one on the last day as
are in need; that fewer ever had one by then is because their childhoods are not over. A tolerance is three standard
deviations of so many independent throws, and the model's own bias.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from services.lab.simulate.model import AS_AT
from services.lab.simulate.tally import EARLIER, Tally

NEED_AT_ONE_TIME = 30.0
NEED_EVER = 50.0
BIAS = 1.0
"""Percentage points: `additional` is made for 29.3 % of childhood in need, which the memo calls about 30 %."""

SIGMAS = 3
DAYS_A_YEAR = 365.25
EDUCATION = ("placed", "home-educated", "not-of-age", "not-reported", "reported-absent")
MISSING = ("not-reported", "reported-absent")


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` in `unit`, out of so many (`of`): None where there is nothing to count.

    `target` and `tolerance` are in the same unit; without a target `met` is None.
    """

    name: str
    figure: float | None
    unit: str
    of: int
    target: float | None = None
    tolerance: float | None = None
    met: bool | None = None


def realised(tally: Tally) -> dict[str, Any]:
    """The figures as `simulate --json` and realised.json have them: `as_at`, `rows`, and the feeds that `stopped`."""
    rows = [*_need(tally), *_movement(tally), *_now(tally), *_feeds(tally)]
    return {
        "as_at": AS_AT.isoformat(),
        "rows": [asdict(row) for row in rows],
        "stopped": [
            {"agency": code, "last_day": day.isoformat(), "never_handed_in": tally.withheld[code]}
            for code, day in sorted(tally.manner.stops.items())
        ],
    }


def _need(tally: Tally) -> Iterator[Row]:
    there = tally.there[AS_AT]
    yield _share(f"in need on {AS_AT}", tally.in_need[AS_AT], there, "% of children there", NEED_AT_ONE_TIME)
    yield _share("in need at some time before eighteen", tally.in_need_ever, tally.children, target=NEED_EVER)
    days = _share("childhood spent in need", tally.days_of_need, tally.days_of_childhood, "% of days")
    # A child's share of days in need is from 0 to 1, so it varies no more than a throw of the same chance.
    yield _aimed(days, NEED_AT_ONE_TIME, BIAS, tally.children)
    for day in EARLIER:
        name = f"in need on {day} (all under {18 - (AS_AT.year - day.year)})"
        yield _share(name, tally.in_need[day], tally.there[day], "% of children there")
    now, ever = tally.now["additional services now"], tally.now["additional services ever"]
    yield _share(f"additional services on {AS_AT}", now, there, "% of children there")
    yield _share(f"additional services ever by {AS_AT}", ever, there, "% of children there")


def _movement(tally: Tally) -> Iterator[Row]:
    for name, happened in (
        ("came into need", tally.into_need),
        ("came out of need", tally.out_of_need),
        ("moved home", tally.moves),
        ("moved to the other authority", tally.moves_between_authorities),
    ):
        rate = _quotient(happened * 1_000 * DAYS_A_YEAR, tally.days_lived)
        yield Row(name, rate, "per 1,000 children a year", round(tally.days_lived / DAYS_A_YEAR))


def _now(tally: Tally) -> Iterator[Row]:
    there = tally.there[AS_AT]
    for status in EDUCATION:
        name = f"missing education: {status}" if status in MISSING else f"education: {status}"
        yield _share(name, tally.now[status], there, "% of children there")
    for name in ("several GPs", "no GP"):
        yield _share(name, tally.now[name], there, "% of children there")


def _feeds(tally: Tally) -> Iterator[Row]:
    given, withheld = tally.handed_in.total(), tally.withheld.total()
    waited = tally.late + tally.held_up
    late = _share("late by itself", tally.late, tally.could_be_late, "% of submissions")
    yield Row("submissions handed in", _quotient(given, tally.children), "a child", tally.children)
    yield _aimed(late, tally.manner.late * 100, 0, late.of) if tally.manner.late else late
    yield _share("held up behind a late one", tally.held_up, given + withheld, "% of submissions")
    yield Row("how late both are", _quotient(tally.days_late, waited), "days", waited)
    yield _share("never handed in", withheld, given + withheld, "% of submissions")


def _share(name: str, part: int, whole: int, unit: str = "% of children", target: float | None = None) -> Row:
    row = Row(name, _quotient(part * 100, whole), unit, whole)
    return row if target is None else _aimed(row, target, BIAS, whole)


def _aimed(row: Row, target: float, bias: float, independent: int) -> Row:
    """The row with what it is aimed at, and how far chance may take so many independent throws from that."""
    if row.figure is None:
        return Row(row.name, None, row.unit, row.of, target)
    tolerance = SIGMAS * sqrt(target * (100 - target) / independent) + bias
    met = abs(row.figure - target) <= tolerance
    return Row(row.name, row.figure, row.unit, row.of, target, round(tolerance, 2), met)


def _quotient(part: float, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
