"""Rows as Postgres's binary COPY format: each field is its length and its bytes.

A field is composed as text whose characters are the bytes (latin-1). Most values are ASCII text already, so a column is
encoded by a handful of calls, not by one for each value.
"""

import struct
import sys
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice, repeat
from typing import Any
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

COPY_BYTES = 256 * 1024
"""How much is handed to the server at once."""

Column = Sequence[Any]
Pieces = Sequence[Iterable[str]]
"""The fields of a column in one piece or two: length and value."""


class NotOfItsType(TypeError):
    """A value is not of its column's type; Postgres may still be able to convert it from text."""


def copy_rows(cursor: Cursor, target: str, columns: Mapping[str, str], rows: Collection[Sequence[Any]]) -> None:
    """Copies rows into a table in the cursor's transaction; `columns` has the SQL type of each. Raises NotOfItsType."""
    if rows:
        encoded = binary_rows(tuple(columns.values()), rows)
        cursor.copy_expert(copy_statement(target, columns), BytesIO(encoded), COPY_BYTES)


def copy_statement(target: str, columns: Iterable[str]) -> str:
    """The COPY statement for rows of these columns."""
    return f"copy {target} ({', '.join(columns)}) from stdin (format binary)"


def binary_rows(types: Sequence[str], rows: Collection[Sequence[Any]]) -> bytes:
    """The rows in binary; `types` are the SQL types of their columns, keys of TYPES. Raises NotOfItsType."""
    pieces: list[Iterable[str]] = [repeat(_text_of(struct.pack(">h", len(types))), len(rows))]
    try:
        for kind, column in zip(types, zip(*rows, strict=True), strict=True):
            pieces += TYPES[kind](column)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError, struct.error):
        raise NotOfItsType("a value is not of its column's type") from None
    return "".join((_HEAD, *chain.from_iterable(zip(*pieces, strict=False)), _END)).encode("latin-1")


def _text_of(value: bytes) -> str:
    return value.decode("latin-1")


def _int(number: int) -> str:
    return _text_of(struct.pack(">i", number))


_HEAD = "PGCOPY\n\xff\r\n\0" + 8 * "\0"
_END = "\xff\xff"
_NULL = "\xff\xff\xff\xff"
_SMALL = 64
_LENGTHS = [_int(size) for size in range(16_384)]
_BOOLS = {True: _int(1) + "\1", False: _int(1) + "\0"}
_INTS = [_int(4) + _int(number) for number in range(4_096)]
"""The fields of small integers; nearly all versions and numbers are small."""


def _nullable(encode: Callable[[Column], Pieces]) -> Callable[[Column], Pieces]:
    """Wraps an encoder of values, so that the column may hold nulls too."""

    def encode_with_nulls(column: Column) -> Pieces:
        try:
            return encode(column)
        except (TypeError, AttributeError):
            if None not in column:
                raise
        values = [value for value in column if value is not None]
        if not values:
            return (repeat(_NULL),)
        fields = map("".join, zip(*encode(values), strict=False))
        return ([_NULL if value is None else next(fields) for value in column],)

    return encode_with_nulls


def _require(column: Column, *kinds: type) -> None:
    if not set(map(type, column)) <= set(kinds):
        raise NotOfItsType


def _with_lengths(values: Sequence[str]) -> Pieces:
    try:
        return list(map(_LENGTHS.__getitem__, map(len, values))), values
    except IndexError:  # one is longer than the table goes
        return [_int(len(value)) for value in values], values


def _slices(values: bytes, size: int) -> Pieces:
    text = _text_of(values)
    return repeat(_int(size)), [text[begin : begin + size] for begin in range(0, len(text), size)]


def _texts(column: Column) -> Pieces:
    return _with_lengths(column if "".join(column).isascii() else [_text_of(value.encode()) for value in column])


def _bytes(column: Column) -> Pieces:
    return _with_lengths(list(map(_text_of, column)))


def _uuids(column: Column) -> Pieces:
    if type(column[0]) is UUID:
        return _slices(b"".join([value.bytes for value in column]), 16)
    joined = "".join(column)
    dashes = (joined[place::36].count("-") for place in (8, 13, 18, 23))
    if set(map(len, column)) != {36} or any(count != len(column) for count in dashes):
        raise NotOfItsType
    values = bytes.fromhex(joined.replace("-", ""))
    if len(values) != 16 * len(column):
        raise NotOfItsType
    return _slices(values, 16)


def _bigints(column: Column) -> Pieces:
    _require(column, int)
    values = array("q", column)
    if sys.byteorder == "little":
        values.byteswap()
    return _slices(values.tobytes(), 8)


def _ints(column: Column) -> Pieces:
    _require(column, int)
    if min(column) >= 0 and max(column) < len(_INTS):
        return (map(_INTS.__getitem__, column),)
    return repeat(_int(4)), list(map(_int, column))


def _doubles(column: Column) -> Pieces:
    _require(column, float, int)
    return _slices(b"".join([struct.pack(">d", value) for value in column]), 8)


def _bools(column: Column) -> Pieces:
    _require(column, bool)
    return (map(_BOOLS.__getitem__, column),)


def _arrays(oid: int, encode: Callable[[Column], Pieces]) -> Callable[[Column], Pieces]:
    """Encodes a column of lists; their elements, of the type with that oid, are encoded like one column."""
    heads = [_text_of(struct.pack(">iiiii", 1, 0, oid, count, 1)) for count in range(_SMALL)]
    heads[0] = _text_of(struct.pack(">iii", 0, 0, oid))

    def head(count: int) -> str:
        return heads[count] if count < _SMALL else _text_of(struct.pack(">iiiii", 1, 0, oid, count, 1))

    def encode_arrays(column: Column) -> Pieces:
        _require(column, list)
        elements = list(chain.from_iterable(column))
        pieces = encode(elements) if elements else ()
        fields = map("".join, zip(*pieces, strict=False))
        counts = map(len, column)
        return _with_lengths([head(count) + "".join(islice(fields, count)) for count in counts])

    return encode_arrays


TYPES: Mapping[str, Callable[[Column], Pieces]] = {
    "text": _nullable(_texts),
    "bytea": _nullable(_bytes),
    "uuid": _nullable(_uuids),
    "integer": _nullable(_ints),
    "bigint": _nullable(_bigints),
    "double precision": _nullable(_doubles),
    "boolean": _nullable(_bools),
    "text[]": _nullable(_arrays(25, _texts)),
    "uuid[]": _nullable(_arrays(2950, _uuids)),
}
"""The encoder of each SQL type that tables have; the inner ones get at least one value, and no null."""
