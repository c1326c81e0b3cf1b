"""Tables of verbs, as wide as the terminal: no word, date, number or id is ever cut in two.

A table that is too wide gets its ids shortened, then its texts wrapped between words; where that would make a row
taller than TALLEST lines, each row becomes a record of its own, a line a value. To a file or a pipe every value stands
whole, separated by tabs.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.table import Table as Grid
from rich.text import Text

from services.cli.errors import WrongUsage
from services.cli.output import NO_BREAK
from services.cli.shown_ids import shorten

TALLEST = 6
"""Lines that wrapping may give a row."""
GAP = 2
"""Columns between two columns."""
_ANY_LENGTH = 1_000_000


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as text, and its style."""

    value: str
    style: str = ""


class TableConsole(Console):
    """A console that sets how its tables look: `columns` by name, in that order, None for all; `wide` for whole rows.

    For these, and where it is no terminal, lines have any length.
    """

    def __init__(self, out: TextIO, *, columns: Sequence[str] | None = None, wide: bool = False) -> None:
        width = None if out.isatty() and not wide else _ANY_LENGTH
        super().__init__(file=out, width=width, highlight=False, emoji=False, markup=False)
        self.columns = columns
        self.wide = wide


class Table:
    """Rows of cells under the names of their columns; `bare` leaves the names out."""

    def __init__(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        title: str | None = None,
        *,
        bare: bool = False,
    ) -> None:
        self._columns = list(columns)
        self._rows = [list(row) for row in rows]
        self._title = title
        self._bare = bare

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wanted, wide = (console.columns, console.wide) if isinstance(console, TableConsole) else (None, False)
        columns, rows = self._chosen(wanted)
        if self._title and console.is_terminal:
            yield Text(self._title, "bold")
        if not console.is_terminal:
            yield from self._separated(columns, rows)
        elif wide:
            yield self._grid(columns, rows, _natural(columns, rows))
        else:
            yield from self._fitted(columns, rows, options.max_width)

    def _chosen(self, wanted: Sequence[str] | None) -> tuple[list[str], list[list[Cell]]]:
        if wanted is None or self._bare:
            return self._columns, self._rows
        unknown = [name for name in wanted if name not in self._columns]
        if unknown:
            named = ", ".join(filter(None, self._columns))
            raise WrongUsage(f"there is no column {unknown[0]!r}; the columns are: {named}")
        places = [self._columns.index(name) for name in wanted]
        return list(wanted), [[row[place] for place in places] for row in self._rows]

    def _separated(self, columns: list[str], rows: list[list[Cell]]) -> Iterator[Segment]:
        lines = [] if self._bare else [columns]
        lines += [[_on_one_line(cell.value) for cell in row] for row in rows]
        for line in lines:
            yield Segment("\t".join(line))
            yield Segment.line()

    def _fitted(self, columns: list[str], rows: list[list[Cell]], width: int) -> RenderResult:
        natural = _natural(columns, rows)
        if _total(natural) > width:
            rows = _with_short_ids(rows)
            natural = _natural(columns, rows)
        widths = _share_out(natural, _least(columns, rows), width)
        if widths and max((_height(row, widths) for row in rows), default=0) <= TALLEST:
            yield self._grid(columns, rows, widths)
        else:
            yield from _records(columns, rows, width)

    def _grid(self, columns: list[str], rows: list[list[Cell]], widths: Sequence[int]) -> Grid:
        made = Grid(
            box=None if self._bare else box.SIMPLE_HEAD,
            show_header=not self._bare,
            show_edge=False,
            pad_edge=False,
            padding=(0, GAP if self._bare else GAP - 1, 0, 0),
        )
        for column, width in zip(columns, widths, strict=True):
            made.add_column(column, width=width, no_wrap=True, overflow="ignore")
        for row in rows:
            made.add_row(*(_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)))
        return made


def _with_short_ids(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    short = shorten(cell.value for row in rows for cell in row if _ID.fullmatch(cell.value))
    return [[Cell(short.get(cell.value, cell.value), cell.style) for cell in row] for row in rows]


def _on_one_line(value: str) -> str:
    return "; ".join(value.replace(NO_BREAK, " ").replace("\t", " ").splitlines())


def _natural(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """The width of each column where nothing is wrapped."""
    return _widths(columns, rows, lambda value: max(map(cell_len, value.splitlines()), default=0))


def _least(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """The width of each column's longest word."""
    return _widths(columns, rows, lambda value: max(map(cell_len, _words(value)), default=0))


def _words(value: str) -> list[str]:
    return [word for line in value.splitlines() for word in line.split(" ")]


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Cell]], measure: Callable[[str], int]) -> list[int]:
    return [max([measure(name), *(measure(row[place].value) for row in rows)]) for place, name in enumerate(columns)]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _share_out(natural: Sequence[int], least: Sequence[int], width: int) -> list[int] | None:
    """Widths between the least and the natural that fit together; None where the least are too wide.

    What is to spare goes to the narrowest columns first, as far as they need it.
    """
    widths = list(least)
    spare = width - _total(widths)
    if spare < 0:
        return None
    while spare > 0:
        wanting = [place for place, each in enumerate(widths) if each < natural[place]]
        if not wanting:
            break
        widths[min(wanting, key=widths.__getitem__)] += 1
        spare -= 1
    return widths


def _wrapped(cell: Cell, width: int) -> Text:
    return Text("\n".join(_lines(cell.value, width)), style=cell.style)


def _lines(value: str, width: int) -> list[str]:
    """A value in lines of at most a width, broken at spaces; a longer word has a line of its own."""
    lines: list[str] = []
    for paragraph in value.splitlines():
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and cell_len(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def _height(row: Sequence[Cell], widths: Sequence[int]) -> int:
    return max(len(_lines(cell.value, width)) for cell, width in zip(row, widths, strict=True))


def _records(columns: Sequence[str], rows: Sequence[Sequence[Cell]], width: int) -> RenderResult:
    """Each row as a record: a line a value with the column's name before it, and an empty line between records."""
    label = max(map(cell_len, columns), default=0) + GAP
    for number, row in enumerate(rows):
        if number:
            yield Text("")
        for name, cell in zip(columns, row, strict=True):
            if cell.value:
                lines = _lines(cell.value, max(width - label, 1))
                heads = [f"{name:<{label}}", *[" " * label] * (len(lines) - 1)]
                for head, line in zip(heads, lines, strict=True):
                    yield Text.assemble((head, "dim"), (line, cell.style), overflow="fold")
