"""Connections to Postgres: transactions, waiting for a free one, and replacing a broken one."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg2
import pytest

from streams.store.database import Database, DatabaseAway, Pool, connect
from streams.store.schema import migrate


@pytest.fixture(params=[Database, Pool])
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database | Pool]:
    made = Database(database_url, "test") if request.param is Database else Pool(database_url, 2, "test")
    yield made
    made.close()


def test_a_transaction_commits_on_success_and_rolls_back_on_an_error(database: Database | Pool) -> None:
    with database.transaction() as cursor:
        cursor.execute("create table if not exists numbers (n int); truncate numbers; insert into numbers values (1)")
    with pytest.raises(psycopg2.DataError), database.transaction() as cursor:
        cursor.execute("insert into numbers values (2); select 1 / 0")
    with database.transaction() as cursor:
        cursor.execute("select n from numbers")
        assert cursor.fetchall() == [(1,)]


def test_a_connection_that_the_server_closed_is_replaced(database: Database | Pool) -> None:
    with database.transaction() as cursor:
        cursor.execute("select pg_backend_pid()")
        ((backend,),) = cursor.fetchall()
    end(database_url_of(database), backend)
    with database.transaction() as cursor:
        cursor.execute("select pg_backend_pid()")
        assert cursor.fetchall() != [(backend,)]


def test_a_connection_lost_in_a_transaction_says_so_in_one_sentence(database: Database | Pool) -> None:
    with pytest.raises(DatabaseAway) as away, database.transaction() as cursor:
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")
    assert str(away.value) == "Postgres went away during a transaction"


def database_url_of(database: Database | Pool) -> str:
    return database._url


def end(database_url: str, backend: int) -> None:
    """Ends a backend, and returns once it is gone."""
    connection = connect(database_url, application_name="test")
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 10000)", (backend,))
    connection.close()


def test_who_finds_all_connections_in_use_waits(database_url: str) -> None:
    pool = Pool(database_url, 2, "test")
    most = peak = 0
    lock = threading.Lock()

    def use() -> None:
        nonlocal most, peak
        with pool.transaction() as cursor:
            with lock:
                most += 1
                peak = max(peak, most)
            cursor.execute("select pg_sleep(0.01)")
            with lock:
                most -= 1

    users = [threading.Thread(target=use) for _ in range(10)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    pool.close()
    assert peak == 2


def test_waiting_too_long_is_an_error(database_url: str) -> None:
    pool = Pool(database_url, 1, "test", wait_s=0.05)
    errors: list[Exception] = []

    def wait() -> None:
        try:
            with pool.connection():
                pass
        except DatabaseAway as away:
            errors.append(away)

    with pool.connection():
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join()
    pool.close()
    (error,) = errors
    assert "stayed in use" in str(error)


def test_a_thread_that_has_a_connection_may_not_wait_for_another_one_of_the_pool(database_url: str) -> None:
    pool = Pool(database_url, 2, "test")
    with pool.connection(), pytest.raises(RuntimeError, match="one connection of a pool at a time"), pool.connection():
        pass
    with pool.connection():
        pass
    pool.close()


@pytest.mark.parametrize("autocommit", [True, False])
def test_every_wait_is_bounded_whatever_a_pooler_passes_on(database_url: str, autocommit: bool) -> None:
    database = Database(database_url, "test", autocommit=autocommit, statement_timeout_s=7, lock_timeout_s=3)
    with pytest.raises(ZeroDivisionError), database.transaction():
        raise ZeroDivisionError
    with database.transaction() as cursor:
        cursor.execute("select name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout')")
        assert dict(cursor.fetchall()) == {"statement_timeout": "7000", "lock_timeout": "3000"}
    database.close()


@pytest.mark.parametrize("url", ["postgresql://someone:secret@127.0.0.1:1/x", "no url at all secret", "postgresql://["])
def test_a_server_that_is_away_is_named_without_credentials(url: str) -> None:
    with pytest.raises(DatabaseAway) as away:
        connect(url, application_name="test")
    text = str(away.value)
    assert text.startswith("Postgres cannot be reached")
    assert "secret" not in text
    assert "someone" not in text
    assert "\n" not in text


def test_a_server_that_takes_the_connection_and_stays_silent_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DatabaseAway, match="timeout expired"):
        connect(f"postgresql://someone@127.0.0.1:{silent.getsockname()[1]}/x", application_name="test")


def test_schemas_are_created_by_many_at_once_and_again(database_url: str) -> None:
    errors: list[Exception] = []

    def create() -> None:
        try:
            migrate(database_url)
        except Exception as error:
            errors.append(error)

    creators = [threading.Thread(target=create) for _ in range(4)]
    with ExitStack() as joined:
        for creator in creators:
            creator.start()
            joined.callback(creator.join)
    migrate(database_url)
    assert errors == []


def test_statements_are_planned_once_and_never_compiled(database: Database | Pool, database_url: str) -> None:
    """Whatever the server's own setting is: that of Postgres's image compiles."""
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        name = connection.info.dbname
        cursor.execute(f"alter database {name} set jit = on; alter database {name} set plan_cache_mode = auto")
    connection.close()
    with database.transaction() as cursor:
        cursor.execute("select current_setting('plan_cache_mode'), current_setting('jit')")
        assert cursor.fetchall() == [("force_generic_plan", "off")]
