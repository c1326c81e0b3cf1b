"""What would be sent of an extract, without sending: counts, errors, and the first rows by field names alone.

A preview shows no value, so that it can be pasted into an e-mail to whoever keeps the sending system.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from domain.agency import Agency
from domain.vocabulary import SubmissionType
from domain.written import trimmed
from services.feeds.convert import Converted, Converter, Made, RowError
from services.feeds.extract import Extract, Report, no_report
from services.feeds.fields import columns_of, groups_of
from services.feeds.layout import CHILD, Layout
from services.feeds.reading import Row
from services.feeds.tally import Compare, Tally, converted_rows, not_compared

FIRST_ROWS = 3

Document = dict[str, Any]


def preview(
    path: Path,
    layout: Layout,
    code: str,
    extract: Extract,
    latest: date,
    compare: Compare | None = None,
    progress: Report = no_report,
) -> Document:
    """The preview as one document; the agency is taken for one of the first kind that the layout names."""
    agency = Agency(code, code, layout.sent_by[0])
    tally = Tally()
    first: list[Document] = []
    converter = Converter(layout, agency, extract, latest)
    for row, converted in converted_rows(path, layout, converter, tally, compare or not_compared, progress):
        if converted.made and len(first) < FIRST_ROWS:
            first.append(_side_by_side(layout, row, converted))
    return {
        "layout": layout.layout,
        "extract": {"id": extract.id, "taken_on": extract.taken_on, "rows": extract.rows},
        "would_send": {_named(kind): number for kind, number in sorted(tally.types.items())},
        **counts(tally),
        "compared_with_what_was_sent": compare is not None,
        "columns_never_sent": _never_sent(layout),
        "first_rows": first,
        "errors": [error_document(error) for error in tally.errors],
        "errors_in_all": tally.error_count,
    }


def counts(tally: Tally) -> dict[str, int]:
    """What became of the rows, by name."""
    return {
        "rows": tally.rows,
        "rows_in_error": tally.wrong,
        "rows_repeated": tally.repeated,
        "rows_not_sent_by_layout": tally.silent,
    }


def error_document(error: RowError) -> Document:
    """An error of a row for a JSON document."""
    return {"line": error.line, "column": error.column, "problem": error.problem, "advice": error.advice}


def sentence(error: RowError) -> str:
    """An error of a row on one line."""
    column = f", {error.column}" if error.column else ""
    return f"line {error.line}{column}: {error.problem}; {error.advice}"


def _side_by_side(layout: Layout, row: Row, converted: Converted) -> Document:
    filled = [column for column, cell in zip(layout.columns, row.cells, strict=True) if trimmed(cell)]
    return {"line": row.line, "columns": filled, "becomes": [_becomes(layout, row, made) for made in converted.made]}


def _becomes(layout: Layout, row: Row, made: Made) -> Document:
    """Each field that is filled, with the columns from which it comes; a constant comes from none."""
    groups, cells = groups_of(layout, layout.sends[made.step - 1]), list(map(trimmed, row.cells))
    fields = {
        name: [layout.columns[number] for number in columns_of(groups, cells, name)]
        for name in sorted(_fields(made.submission["data"], ""))
    }
    return {"type": _named(made.type), "fields": fields}


def _never_sent(layout: Layout) -> list[str]:
    """The columns that no field is made of, in their order."""
    sent = {column for step in layout.sends for source in step.fields.values() for column in source.columns}
    return [column for column in layout.columns if column not in sent | {layout.subject}]


def _fields(value: Any, name: str) -> Iterator[str]:
    """The names of all that is filled, as the contract writes them with dots."""
    if isinstance(value, dict):
        for part, held in value.items():
            yield from _fields(held, f"{name}.{part}" if name else part)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, held in enumerate(value):
            yield from _fields(held, f"{name}.{number}")
    else:
        yield name


def _named(kind: str) -> str:
    if kind != CHILD:
        return str(kind)
    return f"{SubmissionType.CHILD_REGISTERED} or {SubmissionType.CHILD_AMENDED}"
