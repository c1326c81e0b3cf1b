"""The tables of the views are made, or it is Postgres that is said to be away."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from projections import locks, schema


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
