"""Rows as the text that Postgres' COPY reads."""

from collections.abc import Iterable
from io import StringIO
from typing import Any

from projections.projection import Row

NULL = "\x01null\x01"
"""Stands for null where nothing is escaped; no value can be this, for control characters never enter the register."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_text(rows: Iterable[Row]) -> tuple[StringIO, str]:
    """The rows as COPY text, and what stands for null in it.

    Escaping each value is what costs most, and hardly a value needs it: rows are written plainly, and escaped where a
    backslash is found. A tab or a line break in a plain value is refused by COPY as a wrong number of columns.
    """
    plain = "\n".join(["\t".join([_plain(v) if v.__class__ is not str else v for v in row]) for row in rows])
    return (escaped_text(rows), "\\N") if "\\" in plain else (StringIO(plain), NULL)


def escaped_text(rows: Iterable[Row]) -> StringIO:
    """The rows as COPY text, whatever characters stand in them; `\\N` stands for null."""
    return StringIO("\n".join(["\t".join(map(_escaped, row)) for row in rows]))


def _plain(value: Any) -> str:
    if value is None:
        return NULL
    return _array(value) if value.__class__ is list else str(value)


def _escaped(value: Any) -> str:
    if value is None:
        return "\\N"
    text = _array(value) if value.__class__ is list else str(value)
    return text.translate(_ESCAPES)


def _array(values: list[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
