"""Converts the rows of an extract once and counts what each becomes, what is wrong and what is repeated."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from services.feeds.convert import Converted, Converter, RowError
from services.feeds.extract import Report, no_report
from services.feeds.layout import Layout
from services.feeds.reading import Row
from services.feeds.same_number import find_clashes
from services.feeds.sheet import table_rows

MOST_ERRORS = 1_000
"""Errors that are kept; the others are counted."""


ROWS_AT_ONCE = 500
Compare = Callable[[Sequence[Converted]], Mapping[int, RowError]]
"""The errors of rows by their lines, as far as what was sent before shows them."""


def not_compared(_: Sequence[Converted]) -> Mapping[int, RowError]:
    """Compares with nothing."""
    return {}


@dataclass(slots=True)
class Tally:
    """`repeated` rows are the same as an earlier one, of `silent` ones nothing is sent; neither is an error."""

    rows: int = 0
    wrong: int = 0
    repeated: int = 0
    silent: int = 0
    types: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    error_count: int = 0

    def take(self, row: Converted) -> None:
        """Counts a row."""
        self.wrong += bool(row.errors)
        self.silent += not row.errors and not row.made
        self.types.update(made.type for made in row.made)
        self.error_count += len(row.errors)
        self.errors += row.errors[: max(0, MOST_ERRORS - len(self.errors))]


def converted_rows(
    path: Path, layout: Layout, converter: Converter, tally: Tally, compare: Compare, progress: Report = no_report
) -> Iterator[tuple[Row, Converted]]:
    """Every row that is not the same as an earlier one, converted and counted; errors among them too.

    A row whose number another row gives to somebody else is in error, whichever of them is right; so is one that
    `compare` finds to contradict what was sent before.
    """
    rows = _converted(path, layout, converter, tally, progress)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        errors = compare([converted for _, converted in batch])
        for row, converted in batch:
            if error := errors.get(row.line):
                converted = Converted(row.line, "", (), (error,))
            tally.take(converted)
            yield row, converted


def _converted(
    path: Path, layout: Layout, converter: Converter, tally: Tally, progress: Report
) -> Iterator[tuple[Row, Converted]]:
    clashes = find_clashes(path, layout)
    earlier: set[int] = set()
    for row in table_rows(path, layout):
        tally.rows += 1
        progress(tally.rows)
        row_hash = hash(tuple(row.cells))
        if row_hash in earlier:
            tally.repeated += 1
            continue
        earlier.add(row_hash)
        converted = converter.convert(row)
        if found := clashes.of(row):
            errors = [_clashing(row.line, layout.columns[clash.column], clash.other_line) for clash in found]
            converted = Converted(row.line, "", (), (*converted.errors, *errors))
        yield row, converted


def _clashing(line: int, column: str, other_line: int) -> RowError:
    problem = f"is also the number of somebody else, on line {other_line}"
    return RowError(line, column, problem, "find out whose number it is, and correct the other row")
