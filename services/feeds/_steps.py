"""The steps of a layout, made ready for a whole file: which hold for a row, and the data of their submissions."""

from collections.abc import Mapping
from typing import Any

from services.feeds.fields import CellRefused, Cells, groups_of
from services.feeds.layout import Condition, Layout, Step


class ReadyStep:
    """One step: `number` from 1 on, `time` the column with its day, `groups` what it fills."""

    def __init__(self, layout: Layout, number: int, step: Step) -> None:
        self.number, self.type, self.groups = number, str(step.type), groups_of(layout, step)
        time = step.time or layout.time
        self.time = layout.columns.index(time) if time else None
        self._when = tuple((layout.columns.index(column), wanted) for column, wanted in step.when.items())

    def holds(self, cells: Cells) -> bool:
        """Whether all conditions hold for a row."""
        return all(_holds(wanted, cells[number]) for number, wanted in self._when)

    def data(self, cells: Cells, refused: list[CellRefused]) -> Mapping[str, Any]:
        """The `data` of the submission."""
        data: dict[str, Any] = {}
        for group in self.groups:
            group.fill(cells, data, refused)
        return data


def _holds(wanted: Condition, cell: str) -> bool:
    if isinstance(wanted, list):
        return cell in wanted
    return bool(cell) == (wanted == "filled")
