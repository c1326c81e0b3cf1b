"""Tables change by number: from nothing, from what the version before made, once, by one process, or not at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from streams.store.database import Database
from streams.store.schema import Migration, SchemaRefused, check_up_to_date, migrate, shipped
from tests.conftest import administer

MADE_BEFORE = Path(__file__).with_name("made_before.sql").read_text(encoding="utf-8")
FIRST = Migration(1, "one", "create schema mine; create table mine.one (id int)")
SECOND = Migration(2, "two", "create table mine.two (id int); insert into mine.one values (2)")
SLOW = Migration(2, "two", "create table mine.two (id int); select pg_sleep(3)")

_names = count(1)


@pytest.fixture
def url(postgres: str) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    name = f"migrated_{os.getpid()}_{next(_names)}"
    administer(postgres, f"create database {name}")
    yield postgres.rpartition("/")[0] + f"/{name}"
    administer(postgres, f"drop database {name} with (force)")


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(Database(url, "test")) as database, database.transaction() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def ran(url: str) -> list[int]:
    """The numbers that ran, in the order in which they did."""
    return [number for (number,) in rows(url, "select number from store.migrations order by ran_at")]


def layout(url: str) -> list[list[tuple[Any, ...]]]:
    """All tables with their columns, constraints, indexes, storage and comments."""
    ours = "('register', 'access', 'publication', 'registry')"
    relations = f"pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in {ours}"
    return [
        rows(
            url,
            "select nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull, attstorage::text,"
            f" pg_get_expr(adbin, adrelid), col_description(c.oid, attnum) from {relations}"
            " join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped"
            " left join pg_attrdef on adrelid = c.oid and adnum = attnum where relkind = 'r' order by 1, 2, 3",
        ),
        rows(url, f"select conname, pg_get_constraintdef(k.oid) from pg_constraint k, {relations}"
                  " where conrelid = c.oid order by 1, 2"),
        rows(url, f"select indexdef from pg_indexes where schemaname in {ours} order by 1"),
        rows(url, f"select nspname, relname, reloptions, obj_description(c.oid) from {relations}"
                  " where relkind = 'r' order by 1, 2"),
    ]  # fmt: skip


def test_numbers_begin_with_1_and_leave_none_out() -> None:
    assert [each.number for each in shipped()] == list(range(1, len(shipped()) + 1))


def test_no_migration_drops_a_table_that_it_creates() -> None:
    assert not [each.name for each in shipped() if "create table" in each.text and "drop table" in each.text]


def test_an_empty_database_gets_every_table_once(url: str) -> None:
    migrate(url)
    first = layout(url), rows(url, "select * from store.migrations order by number")
    migrate(url)
    assert (layout(url), rows(url, "select * from store.migrations order by number")) == first
    assert ran(url) == [each.number for each in shipped()]
    assert rows(url, "select last from register.counter") == [(0,)]
    check_up_to_date(url)


def test_many_at_once_take_turns(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))
    assert ran(url) == [each.number for each in shipped()]


def test_each_later_number_runs_once_and_after_those_before(url: str) -> None:
    migrate(url, [FIRST])
    migrate(url, [FIRST, SECOND])
    migrate(url, [FIRST, SECOND])
    assert ran(url) == [1, 2]
    assert rows(url, "select id from mine.one") == [(2,)]


def test_what_the_version_before_made_is_kept_and_counts_as_number_1(url: str) -> None:
    rows(url, MADE_BEFORE)
    rows(url, "insert into register.events values (1, gen_random_uuid(), 1, 'T.v1', '{}')")
    rows(url, "update register.counter set last = 1")
    rows(url, "insert into registry.users (name, role, version) values ('j.doe', 'practitioner', 1)")
    held = "select name, role, sensitive, version from registry.users"
    before = rows(url, "select * from register.events"), rows(url, held)
    made_before = layout(url)
    migrate(url, shipped()[:1])
    assert ran(url) == [1]
    assert layout(url) == made_before
    migrate(url)
    check_up_to_date(url)
    assert (rows(url, "select * from register.events"), rows(url, held)) == before
    assert rows(url, "select last from register.counter") == [(1,)]


def test_number_1_makes_what_the_version_before_made(url: str, database_url: str) -> None:
    rows(url, MADE_BEFORE)
    migrate(database_url, shipped()[:1])
    assert layout(database_url) == layout(url)


def test_what_an_older_version_made_is_refused_and_stays(url: str) -> None:
    rows(url, MADE_BEFORE)
    rows(url, "alter table registry.users drop column version")
    before = layout(url)
    with pytest.raises(SchemaRefused, match="too old a version"):
        migrate(url)
    assert layout(url) == before
    assert rows(url, "select to_regclass('store.migrations')") == [(None,)]


def test_tables_of_a_newer_version_are_refused(url: str) -> None:
    migrate(url, [FIRST, SECOND])
    for refuses in (migrate, check_up_to_date):
        with pytest.raises(SchemaRefused, match=r"at number 2 .* knows only 1; install the version"):
            refuses(url, [FIRST])


def test_a_migration_whose_text_was_changed_is_refused(url: str) -> None:
    migrate(url, [FIRST, SECOND])
    for refuses in (migrate, check_up_to_date):
        with pytest.raises(SchemaRefused, match="number 2, two, ran with another text"):
            refuses(url, [FIRST, SECOND._replace(text="select 1")])


def test_one_that_fails_leaves_the_number_before(url: str) -> None:
    with pytest.raises(psycopg2.errors.UndefinedTable):
        migrate(url, [FIRST, Migration(2, "two", "create table mine.two (id int); select * from mine.nowhere")])
    assert ran(url) == [1]
    assert rows(url, "select to_regclass('mine.two')") == [(None,)]


def test_one_that_is_killed_in_the_middle_leaves_the_number_before(url: str) -> None:
    script = (
        "from streams.store.schema import Migration, migrate\n"
        f"migrate({url!r}, [Migration{tuple(FIRST)!r}, Migration{tuple(SLOW)!r}])"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as killed:
        asleep = "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
        while not rows(url, asleep):
            assert killed.poll() is None
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
    assert ran(url) == [1]
    migrate(url, [FIRST, SECOND])
    assert ran(url) == [1, 2]
    assert rows(url, "select id from mine.one") == [(2,)]
