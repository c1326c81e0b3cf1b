"""Rows of one extract that give one number to two people: found before any row is sent, for none of them is right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from domain.matching import features_of
from domain.matching.same_number import Who, are_two, who
from domain.written import as_one_word, trimmed
from services.feeds._steps import ReadyStep
from services.feeds.fields import Cells
from services.feeds.layout import CHILD, Layout
from services.feeds.reading import Row
from services.feeds.sheet import table_rows

NUMBERS = ("nhs_number", "upn")
_ANY_TIME = "2000-01-01"
"""Who somebody is does not depend on when it was reported."""


class Clash(NamedTuple):
    """A number of a row that another row has too: the numbers of its column, from 0, and of the other row's line."""

    column: int
    other_line: int


class _Identity(NamedTuple):
    """Who a row is about, with its line, its number and its day."""

    line: int
    subject: str
    day: str
    who: Who


@dataclass(slots=True)
class Clashes:
    """The clashes of a file's rows; `lines` has those of each number by its hash: the first and the first unlike it."""

    layout: "_Numbers"
    lines: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def of(self, row: Row) -> list[Clash]:
        """The clashes of a row."""
        if not self.lines:
            return []
        found = [(column, self.lines.get(key)) for column, key in self.layout.keys(row.cells)]
        return [
            Clash(column, lines[1] if lines[0] == row.line else lines[0])
            for column, lines in found
            if lines is not None
        ]


def find_clashes(path: Path, layout: Layout) -> Clashes:
    """Reads the file once for numbers that are on several rows, and once more for who these rows are about."""
    numbers = _Numbers(layout)
    once: set[int] = set()
    repeated: set[int] = set()
    for row in table_rows(path, layout):
        for _, key in numbers.keys(row.cells):
            (repeated if key in once else once).add(key)
    del once
    first: dict[int, _Identity] = {}
    clashes: dict[int, tuple[int, int]] = {}
    for row in table_rows(path, layout) if repeated else ():
        wanted = [(column, key) for column, key in numbers.keys(row.cells) if key in repeated and key not in clashes]
        identity = numbers.identity(row) if wanted else None
        if identity is None:
            continue
        for column, key in wanted:
            other = first.setdefault(key, identity)
            if column != numbers.subject and other.subject == identity.subject:
                continue
            if are_two(other.who, identity.who, over_time=other.day != identity.day):
                clashes[key] = other.line, identity.line
    return Clashes(numbers, clashes)


class _Numbers:
    """The columns of an extract that hold numbers of children, and who its rows are about."""

    def __init__(self, layout: Layout) -> None:
        self.subject = layout.columns.index(layout.subject)
        self._width = len(layout.columns)
        self._steps = [
            ReadyStep(layout, number, step) for number, step in enumerate(layout.sends, 1) if step.type == CHILD
        ]
        self._codes = [(layout.columns.index(column), codes) for column, codes in layout.codes.items()]
        fields = [each for step in self._steps for group in step.groups for each in group.fields]
        self._numbers = {each.columns[0]: each.name for each in fields if each.name in NUMBERS and each.columns}

    def keys(self, cells: Cells) -> Iterator[tuple[int, int]]:
        """The column of each number in a row, and a hash of the number; what is written for an unknown one is none.

        Leading zeros do not count: a spreadsheet drops them.
        """
        if len(cells) != self._width or not self._steps:
            return
        if subject := trimmed(cells[self.subject]):
            yield self.subject, hash(("subject", subject.lstrip("0") if subject.isdigit() else subject))
        for column, name in self._numbers.items():
            number = as_one_word(cells[column])
            if len(set(number)) > 1:
                yield column, hash((name, number))

    def identity(self, row: Row) -> _Identity | None:
        """Who a row is about, and on which day; None where it describes nobody."""
        cells = list(map(trimmed, row.cells))
        for column, codes in self._codes:
            cells[column] = codes.get(cells[column], cells[column])
        for step in self._steps:
            if step.holds(cells):
                described = who(features_of(step.data(cells, []), _ANY_TIME))
                day = "" if step.time is None else cells[step.time]
                return _Identity(row.line, cells[self.subject], day, described)
        return None
