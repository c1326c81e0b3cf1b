"""The file of successors: what became of the codes of schools and practices, as CSV."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

from domain.organisations import PlaceKind, Succession, SuccessionRefused, Successions
from services.configuration.setting_errors import BadSetting

COLUMNS = ("kind", "code", "successor", "day", "source")
MOST_BYTES, MOST_ROWS, LONGEST = 32 * 1024 * 1024, 200_000, 200
SAMPLE = Path(__file__).with_name("successors-sample.csv")
"""Codes of the fictional county."""

_KINDS = frozenset(map(str, PlaceKind))
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_successors(path: Path) -> Successions:
    """The content of a file; raises BadSetting, a sentence with the line, what is wrong and what to do."""
    lines: list[int] = []
    found: list[Succession] = []
    for line, each in _rows(path):
        lines.append(line)
        found.append(each)
        if len(found) > MOST_ROWS:
            raise BadSetting(f"{path.name} has more than {MOST_ROWS:,} rows; leave out codes that no agency names")
    try:
        return Successions(found)
    except SuccessionRefused as refused:
        raise _wrong(path, lines[refused.nth], str(refused)) from None


def _rows(path: Path) -> Iterator[tuple[int, Succession]]:
    rows = csv.reader(StringIO(_text(path), newline=""), strict=True)
    line = 1
    try:
        if tuple(cell.strip() for cell in next(rows, ())) != COLUMNS:
            raise _wrong(path, 1, f"the columns are not {','.join(COLUMNS)}; write them so, in this order")
        while True:
            line = rows.line_num + 1
            row = next(rows, None)
            if row is None:
                return
            if row:
                yield line, _succession(path, line, [cell.strip() for cell in row])
    except csv.Error:
        raise _wrong(path, line, "this is no CSV; quote cells with commas, and double the quotes in them") from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            read = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadSetting(f"CONTACTPOINT_SUCCESSORS: {path}: {error.strerror}; name a file that can be read") from None
    if len(read) > MOST_BYTES:
        raise BadSetting(f"{path.name} has more than {MOST_BYTES:,} bytes; leave out codes that no agency names")
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = read.count(b"\n", 0, error.start) + 1
        raise _wrong(path, line, "this is not UTF-8; save the file as UTF-8") from None


def _succession(path: Path, line: int, cells: list[str]) -> Succession:
    if len(cells) != len(COLUMNS):
        raise _wrong(path, line, f"there are {len(cells)} cells where {len(COLUMNS)} belong: {','.join(COLUMNS)}")
    kind, code, successor, day, source = cells
    if kind not in _KINDS:
        raise _wrong(path, line, "the kind is neither school nor practice; write one of them")
    for name, cell in (("code", code), ("successor", successor), ("source", source)):
        if not 0 < len(cell) <= LONGEST or not cell.isprintable():
            raise _wrong(path, line, f"the {name} is no line of 1 to {LONGEST} characters; write one")
    if code == successor:
        raise _wrong(path, line, "the successor is the code itself; take the row out")
    if day and not _is_day(day):
        raise _wrong(path, line, "the day is no date like 2011-09-01; write one, or none where only the code is new")
    return Succession(kind, code, successor, day)


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _wrong(path: Path, line: int, problem: str) -> BadSetting:
    return BadSetting(f"{path.name}, line {line}: {problem}")
