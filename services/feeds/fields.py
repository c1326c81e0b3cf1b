"""How a field of a submission is filled from a row's cells, made ready once for a whole file."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.written import as_one_word
from services.feeds.layout import Layout, Source, Step
from services.feeds.layout_check import held_by
from services.feeds.values import iso_date, lines_of, refuse_damaged, refuse_formula
from services.submit.spreadsheet import BadCell, refuse_mangled

DATES = frozenset({"date_of_birth", "on", "until", "started_on", "ended_on", "raised_on", "lowered_on"})
"""The last words of fields that hold a date."""
NUMBERS = frozenset({"nhs_number", "upn", "uprn"})
"""Those of numbers that people write in groups."""
REFERENCES = NUMBERS | {"code", "involvement"}
"""Those of numbers and codes that name something."""
PHONE = "phone"

Cells = Sequence[str]


class CellRefused(Exception):
    """A cell of a row cannot be taken: its column's number from 0, what is wrong and what to do."""

    def __init__(self, column: int, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.column, self.problem, self.advice = column, problem, advice


class FieldFill:
    """Fills one field; `columns` are the numbers of the columns from which it comes, from 0."""

    def __init__(self, layout: Layout, step: Step, name: str, source: Source) -> None:
        self.name, self.last = name, name.rpartition(".")[2]
        self.columns = tuple(map(layout.columns.index, source.columns))
        self._source, self._held = source, held_by(step.type, name)
        self._dates = layout.file.dates
        self._coded = frozenset(layout.columns.index(column) for column in layout.codes)
        self.constant = self._of(source.constant) if source.constant is not None else None

    def value(self, cells: Cells) -> Any:
        """The field's value, or None where all its cells are empty; raises CellRefused."""
        filled: list[str] = []
        for column in self.columns:
            cell = cells[column]
            if cell:
                filled.append(self._checked(column, cell))
            elif self._source.whole:
                raise CellRefused(column, "is empty, and a reference is made of it", "fill it in the sending system")
        return self._of(self._source.glue.join(filled), filled) if filled else None

    def _checked(self, column: int, cell: str) -> str:
        try:
            if self.last in DATES:
                return iso_date(cell, self._dates)
            if column not in self._coded:
                refuse_mangled(cell, is_number=self.last in REFERENCES | {PHONE}, is_phone=self.last == PHONE)
                refuse_damaged(cell)
                for line in lines_of(cell) if self._held == "texts" else [cell]:
                    refuse_formula(line, is_phone=self.last == PHONE)
        except BadCell as bad:
            raise CellRefused(column, bad.problem, bad.advice) from None
        return as_one_word(cell) if self.last in NUMBERS else cell

    def _of(self, text: str, cells: Sequence[str] = ()) -> Any:
        if self._held == "truth":
            return text == "true"
        if self._held == "texts":
            return [line for cell in cells or [text] for line in lines_of(cell)]
        return text


class Group(NamedTuple):
    """Fields of one object within the data, such as `address`, or one of `carers`; `path` is empty for the data itself.

    Where all that comes from columns is empty the object is left out, so that no constant stands alone.
    """

    path: tuple[str, ...]
    fields: tuple[FieldFill, ...]

    def is_filled(self, cells: Cells) -> bool:
        """Whether a row fills one of the object's columns."""
        columns = [column for field in self.fields for column in field.columns]
        return not self.path or not columns or any(cells[column] for column in columns)

    def fill(self, cells: Cells, data: dict[str, Any], refused: list[CellRefused]) -> None:
        """Puts the object into the data; cells that can't be taken are added to those that are refused."""
        made: dict[str, Any] = {}
        for field in self.fields:
            try:
                value = field.value(cells) if field.columns else field.constant
            except CellRefused as bad:
                refused.append(bad)
                continue
            if value is not None:
                made[field.last] = value
        if not made or not self.is_filled(cells):
            return
        match self.path:
            case ():
                data.update(made)
            case (name,):
                data[name] = made
            case (name, *_):
                data.setdefault(name, []).append(made)


def groups_of(layout: Layout, step: Step) -> tuple[Group, ...]:
    """The objects that a step fills, lists in the order of their numbers."""
    found: dict[tuple[str, ...], list[FieldFill]] = {}
    for name, source in step.fields.items():
        found.setdefault(tuple(name.split(".")[:-1]), []).append(FieldFill(layout, step, name, source))
    return tuple(Group(path, tuple(found[path])) for path in sorted(found, key=_in_order))


def _in_order(path: tuple[str, ...]) -> tuple[str, int]:
    return (path[0] if path else "", int(path[1]) if len(path) > 1 else 0)


def columns_of(groups: Sequence[Group], cells: Cells, field: str) -> tuple[int, ...]:
    """The columns of which a field of `data` was made in a row, by the name that the contract gives it.

    A list that is made has no gaps, so its first item may be the layout's second.
    """
    words = field.split(".")
    if len(words) > 1 and words[1].isdigit() and words[0] in {group.path[0] for group in groups if len(group.path) > 1}:
        items = [group for group in groups if len(group.path) > 1 and group.path[0] == words[0]]
        filled = [group for group in items if group.is_filled(cells)]
        found = filled[int(words[1])].fields if int(words[1]) < len(filled) else ()
        return next((each.columns for each in found if each.last == words[-1]), ())
    named = {each.name: each.columns for group in groups for each in group.fields}
    columns = named.get(".".join(words[:2]), named.get(words[0], ()))
    if words[-1].isdigit():
        columns = tuple(column for column in columns for _ in lines_of(cells[column]))[int(words[-1]) :][:1]
    return columns
