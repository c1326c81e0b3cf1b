"""CSV for the flat types: one row a submission, columns named after the contract's fields, joined by dots.

`type,id,source,subject,time` name the envelope; every other column is a field of `data`, such as `given_name`,
`address.postcode`, `carers.0.name` or `address.lines` (its lines separated by `;`). Empty cells are left out, and so is
white space around a cell. A fault of the table, or what a spreadsheet has done to a cell, stops the file; a fault in a
row's values costs that row, and its receipt names what is missing or wrong.
"""

import csv
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import orjson
from pydantic import BaseModel

from domain.written import trimmed
from services.submission_contract.submission import MAX_ITEMS, MODELS
from services.submit.spreadsheet import BadCell, refuse_mangled, refuse_spreadsheet_error

ENVELOPE = ("type", "id", "source", "subject", "time")
LONGEST_CELL = 64 * 1024 * 1024
"""Characters of a cell; the reader's own bound is below what a submission may have."""

_NUMBER = re.compile(r"(?<=\.)\d{1,2}(?=\.)", re.ASCII)
_TRUTH = {"true": True, "false": False}


class BadTable(Exception):
    """A CSV file cannot be taken; the text says in which line and column, and what to do."""


def check_table(path: Path) -> None:
    """Reads the whole file; raises BadTable at its first fault."""
    for _ in read_table(path):
        pass


def read_table(path: Path) -> Iterator[bytes]:
    """The submissions of a CSV file, as JSON; raises BadTable."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from read_rows(path.name, file)


def read_rows(name: str, file: Iterable[str]) -> Iterator[bytes]:
    """The submissions of CSV under a name for its faults, as JSON; raises BadTable."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(file, strict=True)
    try:
        header = [trimmed(column) for column in next(reader, [])]
        kinds = _checked_header(name, header)
        for cells in (list(map(trimmed, row)) for row in reader):
            if any(cells):
                yield _submission(f"{name} line {reader.line_num}", header, kinds, cells)
    except UnicodeDecodeError:
        raise BadTable(f"{name} is not UTF-8 after line {reader.line_num}; save it as UTF-8") from None
    except csv.Error:
        raise BadTable(f"{name} line {reader.line_num} is not CSV; look for a quote that is not closed") from None


def _checked_header(name: str, header: list[str]) -> list[str]:
    """The kind of value in each column: text, texts or truth."""
    where = f"{name} line 1"
    if missing := [column for column in ENVELOPE if column not in header]:
        raise BadTable(
            f"{where} has no column {missing[0]}; begin the file with {','.join(ENVELOPE)} and the fields of data"
        )
    kinds = []
    for number, column in enumerate(header, 1):
        if header.index(column) != number - 1:
            raise BadTable(f"{where} names column {number} ({column}) a second time; name it once")
        kind = "text" if column in ENVELOPE else column_kind(column)
        if kind is None:
            raise BadTable(f"{where}: column {number} ({column[:60]}) is no field of the contract; rename or remove it")
        kinds.append(kind)
    return kinds


def _submission(where: str, header: list[str], kinds: list[str], cells: list[str]) -> bytes:
    if len(cells) > len(header):
        raise BadTable(
            f"{where} has {len(cells)} cells for {len(header)} columns; put quotes around cells with a comma"
        )
    made: dict[str, Any] = {"specversion": "1.0"}
    data: dict[str, Any] = {}
    for column, kind, cell in zip(header, kinds, cells, strict=False):
        if not cell:
            continue
        try:
            refuse_spreadsheet_error(cell)
            refuse_mangled(cell)
        except BadCell as bad:
            raise BadTable(f"{where}, {column} {bad.problem}; {bad.advice}") from None
        if column in ENVELOPE:
            made[column] = cell
        else:
            _put(data, column.split("."), _value(kind, cell))
    return orjson.dumps(made | {"data": _listed(data)})


def _value(kind: str, cell: str) -> Any:
    if kind == "texts":
        return [part.strip() for part in cell.split(";") if part.strip()]
    return _TRUTH.get(cell.strip().lower(), cell) if kind == "truth" else cell


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        data = data.setdefault(step, {})
    data[path[-1]] = value


def _listed(value: Any) -> Any:
    """Mappings whose keys are numbers become lists in the order of those numbers."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(part) for key, part in value.items()}


def column_kind(column: str) -> str | None:
    """What the cells of a column of `data` hold: text, texts or truth; None where the contract has no such field."""
    if any(int(number) >= MAX_ITEMS for number in _NUMBER.findall(column)):
        return None
    return data_columns().get(_NUMBER.sub("N", column))


@cache
def data_columns() -> Mapping[str, str]:
    """Every column of `data` (list numbers written `N`) → what its cells hold: text, texts or truth."""
    found: dict[str, str] = {}
    for model in MODELS.values():
        found |= _columns(model.model_fields["data"].annotation, "")
    return found


def _columns(annotation: Any, name: str) -> dict[str, str]:
    kind = _bare(annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        dotted = f"{name}." if name else ""
        of_fields = [_columns(field.annotation, dotted + part) for part, field in kind.model_fields.items()]
        return {column: held for part in of_fields for column, held in part.items()}
    if get_origin(kind) is list:
        item = _bare(get_args(kind)[0])
        return {name: "texts"} if item is str else _columns(item, f"{name}.N")
    return {name: "truth" if kind is bool else "text"}


def _bare(annotation: Any) -> Any:
    """A type without its annotations and without None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation
