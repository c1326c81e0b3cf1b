"""From the bytes of an extract to its rows. Whatever the bytes are, nothing is raised but FileRefused and OSError."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from domain.written import trimmed

LONGEST_LINE = 256 * 1024
LONGEST_CELL = 64 * 1024
"""Characters; the contract's longest text has 200."""
MOST_LINES_OF_A_ROW = 50
"""A cell in quotes may hold line ends; a quote that is never closed must not take the rest of the file."""

CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "cp1252": "cp1252", "iso-8859-1": "iso-8859-1"}
"""A layout's word for an encoding → Python's; a byte order mark is taken where there is one."""

_NOT_DECODED = re.compile("[\udc80-\udcff]")


class FileRefused(Exception):
    """A file cannot be taken, and nothing of it is sent; the text says where, why and what to do, and no value."""


class Row(NamedTuple):
    """One row: the line of the file on which it begins, from 1, and its cells unchanged."""

    line: int
    cells: list[str]


def read_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """The rows of a file that are not blank; raises FileRefused."""
    _check_beginning(path, encoding)
    strict = "strict" if encoding == "utf-16" else "surrogateescape"
    with path.open(encoding=CODECS[encoding], errors=strict, newline="") as file:
        lines = _Lines(path.name, encoding, file)
        csv.field_size_limit(LONGEST_CELL)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for cells in rows:
                if any(map(trimmed, cells)):
                    yield Row(lines.first, cells)
                lines.first = lines.number + 1
        except csv.Error:
            raise FileRefused(
                f"{path.name} line {lines.first} is not CSV; look for a quote that is not closed or stands within a"
                " cell, or for the end of a file that was cut off"
            ) from None
        except UnicodeError:
            raise FileRefused(
                f"{path.name} is not {encoding} after line {lines.number}; write the file's encoding into the layout"
            ) from None


class _Lines:
    """The lines of a file with their ends, each checked: `number` of the last one, `first` of the row under way."""

    def __init__(self, name: str, encoding: str, file: TextIO) -> None:
        self.number, self.first = 0, 1
        self._name, self._encoding, self._file = name, encoding, file

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > LONGEST_LINE:
            raise FileRefused(f"{self._where} is longer than {LONGEST_LINE:,} characters; is this the CSV file?")
        if self.number - self.first >= MOST_LINES_OF_A_ROW:
            raise FileRefused(
                f"{self._name}: the row that begins on line {self.first} does not end;"
                " look for a quote that is not closed"
            )
        if not line.isascii():
            self._check(line)
        return line

    @property
    def _where(self) -> str:
        return f"{self._name} line {self.number}"

    def _check(self, line: str) -> None:
        """Raises FileRefused where a line is plainly not in the encoding that the layout states."""
        if self._encoding == "utf-8" and _NOT_DECODED.search(line):
            raise FileRefused(
                f"{self._where} is not UTF-8; save the file as UTF-8, or write `encoding: cp1252` into the layout"
                " where the system exports Windows-1252"
            )
        if self._encoding in ("cp1252", "iso-8859-1"):
            if _NOT_DECODED.search(line):
                raise FileRefused(f"{self._where} is not {self._encoding}; write the file's encoding into the layout")
            if _is_utf8(line.encode(CODECS[self._encoding])):
                raise FileRefused(f"{self._where} looks like UTF-8; write `encoding: utf-8` into the layout")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _check_beginning(path: Path, encoding: str) -> None:
    """Raises FileRefused where the first bytes show that the file is not what its layout states."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise FileRefused(f"{path.name} is empty; export it again")
    if start == b"PK\x03\x04":
        raise FileRefused(f"{path.name} is a workbook or an archive; save it as CSV")
    marked = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    if encoding == "utf-16" and not marked:
        raise FileRefused(f"{path.name} has no mark of UTF-16; write the file's encoding into the layout")
    if encoding != "utf-16" and (marked or b"\0" in start):
        raise FileRefused(
            f"{path.name} line 1 is not {encoding} but UTF-16; save the file as UTF-8, or write `encoding: utf-16`"
            " into the layout"
        )
    if encoding != "utf-8" and start[:3] == b"\xef\xbb\xbf":
        raise FileRefused(f"{path.name} line 1 says that the file is UTF-8; write `encoding: utf-8` into the layout")
