"""Files of submissions as raw lines: NDJSON unchanged, CSV row by row."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from domain.written import BYTE_ORDER_MARK
from services.submission_contract.submission import MAX_BYTES
from services.submit.table import BadTable, check_table, read_table

BUFFER = 1 << 20
"""Bytes that are read at once; each read lets other threads run."""


@dataclass(frozen=True, slots=True)
class Line:
    """One submission as bytes; `size` is its true length.

    Of a line of more than MAX_BYTES, `value` has one byte more than that, so that it is answered `too-large`.
    """

    value: bytes
    size: int


def check_files(paths: list[Path]) -> None:
    """Raises BadTable when a file among them cannot be taken, so that nothing is sent of any."""
    for path in paths:
        if is_table(path):
            check_table(path)
        elif _is_utf16(path):
            raise BadTable(f"{path.name} is UTF-16; save it as UTF-8")


def is_table(path: Path) -> bool:
    """Whether a file is read as CSV."""
    return path.suffix.lower() == ".csv"


def read_lines(path: Path) -> Iterator[Line]:
    """The submissions of one file in its order; blank lines are no submissions."""
    if is_table(path):
        for row in read_table(path):
            yield Line(row[: MAX_BYTES + 1], len(row))
        return
    with path.open("rb", buffering=BUFFER) as file:
        yield from _read_ndjson(file)


def _is_utf16(path: Path) -> bool:
    """Whether a file of JSON lines begins as UTF-16 does, with its byte order mark or with a brace of two bytes."""
    with path.open("rb") as file:
        return file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"{\0", b"\0{")


def _read_ndjson(file: BinaryIO) -> Iterator[Line]:
    while value := file.readline(MAX_BYTES + 1 + len(BYTE_ORDER_MARK)):
        ended = value.endswith(b"\n")
        value = value.removesuffix(b"\n").removeprefix(BYTE_ORDER_MARK)
        size = len(value) if ended or len(value) <= MAX_BYTES else len(value) + _skip_rest(file)
        if value.strip(b" \t\r"):
            yield Line(value[: MAX_BYTES + 1], size)


def _skip_rest(file: BinaryIO) -> int:
    """Reads to the end of an overlong line; gives how many bytes of it that were."""
    skipped = 0
    while rest := file.readline(MAX_BYTES):
        skipped += len(rest.removesuffix(b"\n"))
        if rest.endswith(b"\n"):
            break
    return skipped
