"""Rows as the text that Postgres' COPY reads."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from projections.base.projection import Row

NULL = "\x01null\x01"
"""Stands for null where nothing is escaped; no value can be this, for control characters never enter the register."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_text(rows: Iterable[Row]) -> tuple[BytesIO, str]:
    """The rows, all of the same length, as COPY text, and what stands for null in it.

    Escaping each value is what costs most, and hardly a value needs it: rows are written plainly, and escaped where a
    backslash is found. A tab or a line break in a plain value is refused by COPY as a wrong number of columns.
    """
    columns = map(_plain, zip(*rows, strict=True))
    plain = "\n".join(map("\t".join, zip(*columns, strict=True)))
    return (escaped_text(rows), "\\N") if "\\" in plain else (BytesIO(plain.encode()), NULL)


def escaped_text(rows: Iterable[Row]) -> BytesIO:
    """The rows as COPY text, whatever characters stand in them; `\\N` stands for null."""
    return BytesIO("\n".join(["\t".join(map(_escaped, row)) for row in rows]).encode())


def _plain(column: Sequence[Any]) -> Iterable[str]:
    """The values of one column as texts; most columns hold nothing but texts, or nothing but numbers."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column
    return map(str, column) if kinds == {int} else [NULL if value is None else _text(value) for value in column]


def _escaped(value: Any) -> str:
    return "\\N" if value is None else _text(value).translate(_ESCAPES)


def _text(value: Any) -> str:
    return _array(value) if value.__class__ is list else str(value)


def _array(values: list[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
