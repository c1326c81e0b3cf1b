"""A report by month for people: warnings first, then a line a month with a bar as long as its list."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from services.cli.output import table, text

WIDEST = 24
"""Letters of the longest bar."""


def display_months(to: Console, found: Mapping[str, Any]) -> None:
    """The months of one list."""
    for warning in found["warnings"]:
        to.print(text(f"! {warning['message']}", "yellow"))
    where = f" in {found['authority']}" if found["authority"] else ""
    title = f"{found['report']}{where}, at the end of each month"
    to.print(table(("day", "listed", "joined", "left", "withheld", ""), _rows(found["months"]), title))


def _rows(months: list[Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    most = max(each["listed"] for each in months) or 1
    for each in months:
        joined, left = ("–" if each[part] is None else f"{each[part]:,}" for part in ("joined", "left"))
        bar = "█" * round(WIDEST * each["listed"] / most)
        yield each["on"], f"{each['listed']:,}", joined, left, f"{each['withheld']:,}", text(bar, "blue")
