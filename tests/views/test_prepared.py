"""Statements that are planned once go on when other tables stand in the place of those they were planned for."""

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from projections.base.prepared import Prepared

COUNT = Prepared("count_of_test", ("int[]",), "select count(*) from test_swapped.thing where number = any($1)")


def counted(connection: Connection, numbers: list[int]) -> int:
    with connection, connection.cursor() as cursor:
        COUNT.execute(cursor, (numbers,))
        ((count,),) = cursor.fetchall()
        return int(count)


def made(connection: Connection, schema: str, numbers: list[int]) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(f"create schema {schema}")
        cursor.execute(f"create table {schema}.thing (number int)")
        cursor.execute(f"insert into {schema}.thing select unnest(%s)", (numbers,))


def test_a_statement_reads_the_tables_that_a_rebuild_has_put_in_place(database_url: str) -> None:
    readers, writer = [psycopg2.connect(database_url) for _ in range(2)], psycopg2.connect(database_url)
    made(writer, "test_swapped", [1, 2])
    assert [counted(reader, [1, 2, 3]) for reader in readers] == [2, 2]
    made(writer, "test_fresh", [1, 2, 3])
    with writer, writer.cursor() as cursor:
        cursor.execute("alter schema test_swapped rename to test_old")
        cursor.execute("alter schema test_fresh rename to test_swapped")
        cursor.execute("drop schema test_old cascade")
    assert [counted(reader, [1, 2, 3]) for reader in readers for _ in range(2)] == [3] * 4
    for connection in (*readers, writer):
        connection.close()
