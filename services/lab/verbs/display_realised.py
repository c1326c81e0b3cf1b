"""What a simulated population came to, for people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.cli.output import table

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS = ("realised", "figure", "unit", "of", "aimed at", "within", "met")


def display_realised(out: "Console", realised: Mapping[str, Any]) -> None:
    """The figures as a table, then the feeds that stopped."""
    out.print(table(COLUMNS, map(_cells, realised["rows"])))
    for feed in realised["stopped"]:
        out.print(f"{feed['agency']} stopped after {feed['last_day']}: {feed['never_handed_in']:,} never handed in")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    met = {None: "", True: "yes", False: "NO"}[row["met"]]
    aim, within = ("" if value is None else f"{value:g}" for value in (row["target"], row["tolerance"]))
    figure = "" if row["figure"] is None else f"{row['figure']:,.2f}"
    return row["name"], figure, row["unit"], f"{row['of']:,}", aim, within and f"± {within}", met
