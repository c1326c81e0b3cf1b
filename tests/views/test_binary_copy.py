"""Rows are copied as what they are, and what is not of its column's type is for Postgres to judge."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.base.binary_copy import TYPES, NotOfItsType, binary_rows, copy_rows
from projections.base.postgres import copy
from projections.engine.apply import REFUSALS
from projections.receipts.project import RECEIPTS
from tests.support.postgres_views import clear, empty_views, writing

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "bytea": st.binary(),
    "uuid": st.uuids().map(str),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "double precision": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "text[]": st.lists(TEXT, max_size=70),
    "uuid[]": st.lists(st.uuids().map(str), max_size=3),
}
COLUMNS = {f"c{number}": kind for number, kind in enumerate(VALUES)}


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*(st.none() | VALUES[kind] for kind in COLUMNS.values())), max_size=5))
def test_what_is_copied_is_what_stands_there(database: str, rows: list[tuple[Any, ...]]) -> None:
    with writing(database) as cursor:
        cursor.execute(f"create temp table copied ({', '.join(map(' '.join, COLUMNS.items()))}) on commit drop")
        copy_rows(cursor, "copied", COLUMNS, rows)
        cursor.execute(f"select {', '.join(COLUMNS)} from copied order by ctid".replace("c8", "c8::text[]"))
        found = [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in cursor]
    assert found == rows


def test_a_long_text_has_its_length() -> None:
    assert binary_rows(["text"], [("a" * 70_000,)])[21:25] == (70_000).to_bytes(4)


def test_there_is_an_example_of_each_type() -> None:
    assert VALUES.keys() == TYPES.keys()


def test_a_uuid_is_taken_as_an_object_too() -> None:
    stream = uuid4()
    assert binary_rows(["uuid"], [(stream,)]) == binary_rows(["uuid"], [(str(stream),)])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 1),
        ("bytea", "text"),
        ("uuid", "4"),
        ("uuid", f"-{UUID(int=1)}"[:36]),
        ("uuid", str(UUID(int=1)).replace("0", " ", 1)),
        ("integer", 2**31),
        ("integer", True),
        ("integer", "1"),
        ("bigint", 2**63),
        ("double precision", "1"),
        ("boolean", 1),
        ("text[]", [1]),
        ("text[]", "text"),
        ("uuid[]", ["4"]),
    ],
)
def test_a_value_of_another_type_is_not_copied(kind: str, value: object) -> None:
    with pytest.raises(NotOfItsType):
        binary_rows([kind], [(None,), (value,)])


def row(**given: object) -> tuple[object, ...]:
    fields = {"topic": "t", "partition": 0, "message_offset": 1, "source": None, "submission": None}
    fields |= {"outcome": "accepted", "reasons": "[]", "recorded_at": "", "position": 0, "messages": 1}
    return tuple({**fields, **given}[column] for column in RECEIPTS.columns)


def test_what_postgres_reads_as_the_type_is_taken(database: str) -> None:
    with writing(database) as cursor:
        clear(cursor)
        copy(cursor, "receipts", RECEIPTS, [row(), row(message_offset="2", source=3, reasons={"a\\b": "'"})])
        cursor.execute("select message_offset, source, reasons from receipts order by 1")
        assert cursor.fetchall() == [(1, None, "[]"), (2, "3", str({"a\\b": "'"}))]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"partition": "1.5"}, "InvalidTextRepresentation"),
        ({"partition": 2**31}, "NumericValueOutOfRange"),
        ({"source": "a\0"}, "CharacterNotInRepertoire"),
        ({"source": "a\0", "partition": "1"}, "CharacterNotInRepertoire"),
        ({"outcome": None}, "NotNullViolation"),
    ],
)
def test_what_postgres_refuses_is_refused_by_its_name_for_it(database: str, given: dict[str, Any], error: str) -> None:
    with writing(database) as cursor:
        with pytest.raises(REFUSALS) as refused:
            copy(cursor, "receipts", RECEIPTS, [row(**given)])
        cursor.connection.rollback()
    assert type(refused.value).__name__ == error
