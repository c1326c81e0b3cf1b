"""The tables of the views are made, or the error is that Postgres is away."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from projections.engine import locks, schema


def test_postgres_that_goes_while_tables_are_made_is_an_operational_error(database_url: str) -> None:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        locks.wait_for(cursor, locks.SCHEMA)
        with ThreadPoolExecutor(1) as worker:
            making = worker.submit(schema.create, database_url)
            while not making.done():
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted"
                )
        with pytest.raises(psycopg2.OperationalError):
            making.result()


def test_views_of_another_version_are_made_again_and_those_of_this_one_stay(database_url: str) -> None:
    schema.create(database_url)
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("create table views.mark ()")
        connection.commit()
        schema.create(database_url)
        cursor.execute("select to_regclass('views.mark') is not null")
        assert cursor.fetchone() == (True,)
        cursor.execute("comment on schema views is 'views of once'; alter table views.search drop column keys cascade")
        connection.commit()
        schema.create(database_url)
        cursor.execute("select to_regclass('views.mark') is null, count(*) from views.positions")
        assert cursor.fetchone() == (True, 0)
        cursor.execute("select keys from views.search")
