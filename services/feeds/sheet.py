"""The rows of an extract between its headings and its end, and what its header and trailer state of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.written import trimmed
from services.feeds.layout import DELIMITERS, Layout, MarkedRow
from services.feeds.reading import FileRefused, Row, read_rows
from services.feeds.values import iso_date
from services.submit.spreadsheet import BadCell

MOST_ROWS = 2_000_000

_HEADING = re.compile(r"[\w .,()/&'-]{1,60}")


@dataclass(slots=True)
class StatedExtract:
    """An extract's id, ISO date and number of rows, as its header, its trailer or its sender states them, or None."""

    id: str | None = None
    taken_on: str | None = None
    rows: int | None = None


def table_rows(path: Path, layout: Layout, stated: StatedExtract | None = None) -> Iterator[Row]:
    """The rows between the headings and the trailer; `stated` is filled with what the file states of itself."""
    stated, header, trailer = stated or StatedExtract(), layout.extract.header, layout.extract.trailer
    rows = read_rows(path, layout.file.encoding, DELIMITERS[layout.file.delimiter])
    if header:
        _take(path.name, layout, header, _expected(path.name, header, next(rows, None)), stated)
    _check_headings(path.name, layout, next(rows, None))
    for number, row in enumerate(rows, 1):
        if trailer and trimmed(row.cells[0]) == trailer.mark:
            _take(path.name, layout, trailer, row, stated)
            after = next(rows, None)
            if after:
                raise FileRefused(
                    f"{path.name} line {after.line} comes after the last row of an extract; send each extract as a file"
                )
            return
        if number > MOST_ROWS:
            raise FileRefused(f"{path.name} has more than {MOST_ROWS:,} rows; send it in parts, each with its own id")
        yield row
    if trailer:
        promised = "" if stated.rows is None else f", of {stated.rows:,} promised rows"
        raise FileRefused(
            f"{path.name} ends without its last row {trailer.mark}{promised}: it was cut off, so nothing of it was"
            " sent; ask for the whole extract"
        )


def _expected(name: str, header: MarkedRow, row: Row | None) -> Row:
    if row is None or trimmed(row.cells[0]) != header.mark:
        raise FileRefused(f"{name} line 1 does not begin with {header.mark}; is this the extract of that layout?")
    return row


def _take(name: str, layout: Layout, marked: MarkedRow, row: Row, stated: StatedExtract) -> None:
    """Fills `stated` with what a header or trailer states."""
    for what, number in (("id", marked.id), ("date", marked.date), ("rows", marked.rows)):
        if number is None:
            continue
        cell = trimmed(row.cells[number - 1]) if number <= len(row.cells) else ""
        where = f"{name} line {row.line}, cell {number} of the row {marked.mark}"
        if what == "id":
            stated.id = cell
        elif what == "rows":
            if not re.fullmatch("[0-9]{1,9}", cell):
                raise FileRefused(f"{where} is no number of rows; export the file again, or correct the layout")
            stated.rows = int(cell)
        else:
            try:
                stated.taken_on = iso_date(cell, layout.file.dates)
            except BadCell as bad:
                raise FileRefused(f"{where} {bad.problem}; {bad.advice}") from None


def _check_headings(name: str, layout: Layout, row: Row | None) -> None:
    if row is None:
        raise FileRefused(f"{name} has no headings; export it again with its headings")
    found = list(map(trimmed, row.cells))
    if found == layout.columns:
        return
    if 2 * len(set(found) & set(layout.columns)) < len(layout.columns):
        raise FileRefused(
            f"{name} line {row.line} are not the headings of the layout {layout.layout}, which begin with"
            f" {layout.columns[0]}; export the file with its headings, or take its own layout"
        )
    number = next(n for n in range(len(found) + 1) if found[n : n + 1] != layout.columns[n : n + 1])
    expected = layout.columns[number] if number < len(layout.columns) else "nothing more"
    there = found[number] if number < len(found) else "nothing more"
    shown = there if _HEADING.fullmatch(there) else "something else"
    raise FileRefused(
        f"{name} line {row.line}, column {number + 1} is {shown} where the layout {layout.layout} expects {expected};"
        " export the columns of the layout in its order, or change the layout"
    )
