"""Statements that are planned once read the schema that the transaction means, not the one they were planned for."""

import psycopg2
import pytest
from psycopg2.errors import UndefinedTable
from psycopg2.extensions import connection as Connection  # noqa: N812

from projections.base.prepared import Prepared

COUNT = Prepared("count_of_test", ("int[]",), "select count(*) from thing where number = any($1)")


def counted(connection: Connection, schema: str, numbers: list[int]) -> int:
    with connection, connection.cursor() as cursor:
        cursor.execute("select set_config('search_path', %s, true)", (schema,))
        COUNT.execute(cursor, (numbers,))
        ((count,),) = cursor.fetchall()
        return int(count)


def made(connection: Connection, schema: str, numbers: list[int]) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(f"create schema {schema}")
        cursor.execute(f"create table {schema}.thing (number int)")
        cursor.execute(f"insert into {schema}.thing select unnest(%s)", (numbers,))


def test_a_statement_reads_the_schema_of_its_transaction(database_url: str) -> None:
    readers, writer = [psycopg2.connect(database_url) for _ in range(2)], psycopg2.connect(database_url)
    made(writer, "test_old", [1, 2])
    assert [counted(reader, "test_old", [1, 2, 3]) for reader in readers] == [2, 2]
    made(writer, "test_new", [1, 2, 3])
    assert [counted(reader, "test_new", [1, 2, 3]) for reader in readers for _ in range(2)] == [3] * 4
    assert [counted(reader, "test_old", [1, 2, 3]) for reader in readers] == [2, 2]
    with writer, writer.cursor() as cursor:
        cursor.execute("drop schema test_old cascade")
    assert counted(readers[0], "test_new", [1, 2, 3]) == 3
    with pytest.raises(UndefinedTable), readers[1], readers[1].cursor() as cursor:
        COUNT.execute(cursor, ([1],))
    for connection in (*readers, writer):
        connection.close()
