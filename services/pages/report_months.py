"""A report by month as a picture, one SVG file that needs nothing else: a column a month, its figure above it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.pages.drawing import Element, text_at
from services.pages.rendering import render

COLUMN, GAP, TALL = 44, 8, 220
"""The width of a column and of the space after it, and the height of the highest."""
LEFT, TOP, BELOW = 20, 84, 60
LEAST_WIDTH = 520
LISTED, WITHHELD = "#0b5fa5", "#a9cdf3"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def picture(found: Mapping[str, Any]) -> str:
    """The SVG text of a report by month as the API answers it."""
    months: Sequence[Mapping[str, Any]] = found["months"]
    most = max(each["listed"] + each["withheld"] for each in months) or 1
    elements = []
    for number, each in enumerate(months):
        elements += _column(LEFT + number * (COLUMN + GAP), each, most, is_first=number == 0)
    return render(
        "report_months.svg.jinja",
        width=max(LEAST_WIDTH, 2 * LEFT + len(months) * (COLUMN + GAP)),
        height=TOP + TALL + BELOW,
        left=LEFT,
        base=TOP + TALL,
        report=found["report"],
        authority=found["authority"],
        first=months[0]["on"],
        last=months[-1]["on"],
        withheld=any(each["withheld"] for each in months),
        elements=elements,
    )


def _column(x: int, month: Mapping[str, Any], most: int, *, is_first: bool) -> list[Element]:
    listed, withheld = (round(TALL * month[part] / most, 1) for part in ("listed", "withheld"))
    middle, base, top = x + COLUMN / 2, TOP + TALL, TOP + TALL - listed - withheld
    year, number = month["on"][:4], int(month["on"][5:7])
    drawn = [
        Element("rect", {"x": x, "y": base - listed, "width": COLUMN, "height": listed, "fill": LISTED}),
        text_at(middle, top - 6, f"{month['listed']:,}", "small", "middle"),
        text_at(middle, base + 18, _MONTHS[number - 1], "small", "middle"),
    ]
    if withheld:
        drawn += [
            Element("rect", {"x": x, "y": top, "width": COLUMN, "height": withheld, "fill": WITHHELD}),
            text_at(middle, top - 22, f"+ {month['withheld']:,}", "small", "middle"),
        ]
    if is_first or number == 1:
        drawn.append(text_at(middle, base + 36, year, "small", "middle"))
    return drawn
