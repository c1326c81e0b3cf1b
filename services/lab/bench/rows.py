"""One measured figure, and how the table of them is shown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` in `unit`; `baseline` in the same unit from the same run, `ratio` of the two; `target` in words.

    `met` is None where the issue names no target.
    """

    name: str
    figure: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None

    def json(self) -> dict[str, Any]:
        """The row as `bench --json` prints it."""
        return asdict(self)


def measured(
    name: str,
    figure: float,
    unit: str,
    *,
    baseline: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    least_ratio: float | None = None,
    most_ratio: float | None = None,
) -> Row:
    """A row whose targets are bounds of the figure, of its ratio to the baseline, or both.

    Without a baseline, because the part that gives it was not measured, there is no ratio.
    """
    ratio = figure / baseline if baseline else None
    bounds: list[tuple[str, bool]] = []
    if at_least is not None:
        bounds.append((f"≥ {at_least:,.0f}", figure >= at_least))
    if at_most is not None:
        bounds.append((f"≤ {at_most:,.0f}", figure <= at_most))
    if least_ratio is not None and ratio is not None:
        bounds.append((f"≥ {least_ratio:g} × baseline", ratio >= least_ratio))
    if most_ratio is not None and ratio is not None:
        bounds.append((f"≤ {most_ratio:g} × baseline", ratio <= most_ratio))
    target = ", ".join(text for text, _ in bounds)
    return Row(name, figure, unit, baseline, ratio, target, all(met for _, met in bounds) if bounds else None)


def in_one_line(row: Row) -> str:
    """The row as it is written when it is measured."""
    baseline = "" if row.baseline is None else f", baseline {_number(row.baseline)}, ratio {_number(row.ratio)}"
    target = f", {row.target}: {'met' if row.met else 'MISSED'}" if row.target else ""
    return f"{row.name}: {_number(row.figure)} {row.unit}{baseline}{target}"


_NEARLY_ONE = 0.9
"""From here on to 1, three digits hide what matters."""


def show(rows: Sequence[Row]) -> None:
    """Prints the table for people."""
    table = Table(title="measured on this machine, each baseline in the same run", title_justify="left")
    table.add_column("what")
    for column in ("figure", "unit", "baseline", "ratio", "target", "met"):
        table.add_column(column, justify="left" if column in ("unit", "target") else "right")
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "NO"
        table.add_row(
            row.name, _number(row.figure), row.unit, _number(row.baseline), _number(row.ratio), row.target, met
        )
    Console().print(table)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if _NEARLY_ONE < abs(value) < 1:
        return f"{value:.4f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
