"""A row becomes submissions, or what is wrong with it: a row is taken whole or not at all."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from domain.agency import Agency
from domain.vocabulary import SubmissionType
from domain.written import trimmed
from services.feeds._advice import advice_for
from services.feeds._days import DAYS_ADVICE, faults_of_days
from services.feeds._judge import reasons_against
from services.feeds._steps import ReadyStep
from services.feeds.extract import Extract
from services.feeds.fields import CellRefused, Cells, columns_of
from services.feeds.layout import CHILD, Layout, used_columns
from services.feeds.reading import Row
from services.feeds.values import iso_date, refuse_formula
from services.submit.spreadsheet import BadCell, refuse_mangled, refuse_spreadsheet_error

Submission = dict[str, Any]


class RowError(NamedTuple):
    """What is wrong with a row: its line, its column (empty where it is the row as a whole) and what to do."""

    line: int
    column: str
    problem: str
    advice: str


class Made(NamedTuple):
    """One submission that a row makes by a step, numbered from 1; a `type` of CHILD is decided when it is sent."""

    type: str
    step: int
    submission: Submission


class Converted(NamedTuple):
    """What became of a row: submissions or errors; neither where no step of the layout holds for it."""

    line: int
    subject: str
    made: Sequence[Made]
    errors: Sequence[RowError]


class Converter:
    """Turns the rows of one extract of an agency into submissions; times after `latest` are errors."""

    def __init__(self, layout: Layout, agency: Agency, extract: Extract, latest: date) -> None:
        self._layout, self._columns = layout, layout.columns
        self._agency, self._extract, self._latest = agency, extract, latest.isoformat()
        self._now = datetime.combine(latest, time.min, UTC)
        self._subject = self._columns.index(layout.subject)
        self._used = tuple(map(self._columns.index, used_columns(layout)))
        self._required = tuple(dict.fromkeys(map(self._columns.index, [layout.subject, *layout.required])))
        self._codes = tuple((self._columns.index(column), codes) for column, codes in layout.codes.items())
        self._steps = tuple(ReadyStep(layout, number, step) for number, step in enumerate(layout.sends, 1))

    def convert(self, row: Row) -> Converted:
        """The submissions of a row in the layout's order."""
        if len(row.cells) != len(self._columns):
            problem = f"the row has {len(row.cells)} cells for {len(self._columns)} columns"
            advice = "look for a missing or additional separator, and put quotes around a cell that holds one"
            return Converted(row.line, "", (), (RowError(row.line, "", problem, advice),))
        cells = list(map(trimmed, row.cells))
        refused = self._checked(cells)
        made = [] if refused else self._made(row.line, cells, refused)
        if refused:
            return Converted(row.line, "", (), self._errors(row.line, refused))
        return Converted(row.line, cells[self._subject], made, ())

    def _checked(self, cells: list[str]) -> list[CellRefused]:
        """Puts what codes mean in the place of codes."""
        refused = [CellRefused(n, "is empty", "fill it in the sending system") for n in self._required if not cells[n]]
        for number in self._used:
            try:
                refuse_spreadsheet_error(cells[number])
                if number == self._subject:
                    refuse_formula(cells[number])
                    refuse_mangled(cells[number], is_number=True)
            except BadCell as bad:
                refused.append(CellRefused(number, bad.problem, bad.advice))
        for number, codes in self._codes:
            if not cells[number]:
                continue
            meaning = codes.get(cells[number])
            if meaning is None:
                refused.append(
                    CellRefused(number, "is a code that the layout does not list", "correct it, or add it to `codes`")
                )
            else:
                cells[number] = meaning
        return refused

    def _made(self, line: int, cells: list[str], refused: list[CellRefused]) -> list[Made]:
        made = []
        for step in self._steps:
            if not step.holds(cells):
                continue
            submission = {
                "specversion": "1.0",
                "id": f"{self._layout.layout}:{self._extract.id}:{line}:{step.number}",
                "source": self._agency.urn,
                "type": SubmissionType.CHILD_REGISTERED.value if step.type == CHILD else step.type,
                "subject": cells[self._subject],
                "time": f"{self._day(step, cells, refused)}T00:00:00Z",
                "data": step.data(cells, refused),
            }
            if not refused:
                refused += self._against_the_contract(step, cells, submission)
            made.append(Made(step.type, step.number, submission))
        for fault in () if refused else faults_of_days([each.submission for each in made]):
            step = self._steps[made[fault.which].step - 1]
            refused.append(CellRefused(self._origin(step, cells, fault.field), fault.problem, DAYS_ADVICE))
        return made

    def _day(self, step: ReadyStep, cells: Cells, refused: list[CellRefused]) -> str:
        """The day on which it became true; that of the extract where the row has none."""
        if step.time is None or not cells[step.time]:
            return self._extract.taken_on
        try:
            day = iso_date(cells[step.time], self._layout.file.dates)
        except BadCell as bad:
            refused.append(CellRefused(step.time, bad.problem, bad.advice))
            return self._extract.taken_on
        if day > self._latest:
            refused.append(CellRefused(step.time, "lies in the future", "correct it; send it when the day has come"))
        return day

    def _against_the_contract(self, step: ReadyStep, cells: Cells, submission: Submission) -> list[CellRefused]:
        return [
            CellRefused(self._origin(step, cells, reason["field"]), reason["message"], advice_for(reason["code"]))
            for reason in reasons_against(submission, self._agency, self._now)
        ]

    def _origin(self, step: ReadyStep, cells: Cells, field: str) -> int:
        if field.startswith("data."):
            columns = columns_of(step.groups, cells, field.removeprefix("data."))
            return columns[0] if columns else -1
        return {"subject": self._subject, "time": -1 if step.time is None else step.time}.get(field, -1)

    def _errors(self, line: int, refused: Sequence[CellRefused]) -> tuple[RowError, ...]:
        first: dict[int, RowError] = {}
        for bad in refused:
            column = self._columns[bad.column] if bad.column >= 0 else ""
            first.setdefault(bad.column, RowError(line, column, bad.problem, bad.advice))
        return tuple(first[number] for number in sorted(first))
