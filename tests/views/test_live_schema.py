"""Which schema a reader of the views reads, while others are built, switched to and dropped."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.errors import UndefinedTable
from psycopg2.extensions import connection as Connection  # noqa: N812

from projections.engine import bulk, schema, view_schemas
from projections.engine.live_schema import ViewsNotBuilt, use_live
from tests.support.postgres_views import empty_views
from tests.support.waiting import eventually

SHIELDED = "0b6d0000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


@pytest.fixture
def reader(database: str) -> Iterator[Connection]:
    with closing(psycopg2.connect(database)) as connection:
        connection.set_session(isolation_level="REPEATABLE READ")
        yield connection


@pytest.fixture
def writer(database: str) -> Iterator[Connection]:
    with closing(psycopg2.connect(database)) as connection:
        yield connection


@pytest.fixture
def other_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What runs within is of another version of the product."""
    monkeypatch.setattr(schema, "ROWS", 999)
    yield
    monkeypatch.undo()


def begun(writer: Connection) -> str:
    """A schema of this version that holds nothing, made by a transaction of its own."""
    with writer, writer.cursor() as cursor:
        name = view_schemas.begin(cursor, 0)
        schema.create_tables(cursor, name)
        schema.create_indexes(cursor, name)
    return name


def switched(writer: Connection) -> str:
    """As `begun`, and live."""
    name = begun(writer)
    with writer, writer.cursor() as cursor:
        view_schemas.set_live(cursor, name, None)
    return name


def shield(writer: Connection) -> None:
    with writer, writer.cursor() as cursor:
        use_live(cursor)
        cursor.execute(
            "insert into hidden (child, suspected, since, position, names, estimated, gender, keys, shown)"
            " values (%s, false, '2026-01-01', 1, '{}', false, 'unknown', '{}', '{}')",
            (SHIELDED,),
        )


def hidden(reader: Connection) -> int:
    with reader.cursor() as cursor:
        cursor.execute("select count(*) from hidden where child = %s", (SHIELDED,))
        ((count,),) = cursor.fetchall()
        return int(count)


def test_a_reader_sees_the_shield_that_its_snapshot_has_also_after_a_switch(
    reader: Connection, writer: Connection
) -> None:
    switched(writer)
    shield(writer)
    with reader.cursor() as cursor:
        use_live(cursor)  # the snapshot is taken, and the table not read yet
    after = switched(writer)
    assert hidden(reader) == 1
    reader.commit()
    with reader.cursor() as cursor:
        assert use_live(cursor) == after
    assert hidden(reader) == 0


def test_who_does_not_ask_which_schema_is_live_finds_no_table(reader: Connection) -> None:
    with pytest.raises(UndefinedTable):
        hidden(reader)


def test_a_reader_of_a_version_that_has_no_views_is_told_how_far_they_are(
    reader: Connection, writer: Connection, other_version: None
) -> None:
    with reader, reader.cursor() as cursor, pytest.raises(ViewsNotBuilt, match="not built yet"):
        use_live(cursor)
    with writer, writer.cursor() as cursor:
        name = view_schemas.begin(cursor, 2_000)
        bulk.begin(cursor, name)
        view_schemas.note_progress(cursor, name, 1_234)
    with reader, reader.cursor() as cursor, pytest.raises(ViewsNotBuilt, match=r"1,234 of 2,000"):
        use_live(cursor)
    with writer, writer.cursor() as cursor:
        view_schemas.refuse(cursor, name, "Kafka has lost events")
    with reader, reader.cursor() as cursor, pytest.raises(ViewsNotBuilt, match="Kafka has lost events"):
        use_live(cursor)


def dropped(writer: Connection) -> str | None:
    with writer, writer.cursor() as cursor:
        return view_schemas.drop_one_superseded(cursor)


def test_a_retired_schema_goes_when_the_last_transaction_that_has_it_ends(
    reader: Connection, writer: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = switched(writer)
    while dropped(writer):
        pass
    with reader.cursor() as cursor:
        assert use_live(cursor) == before
    switched(writer)
    assert dropped(writer) is None, "it was retired just now"
    monkeypatch.setattr(view_schemas, "RETIRED_S", 0)
    while name := dropped(writer):
        assert name != before
    assert hidden(reader) == 0
    reader.commit()
    assert dropped(writer) == before
    assert dropped(writer) is None


def test_views_of_an_earlier_version_go_when_its_last_connection_ends(
    database: str, writer: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = switched(writer)
    of_old = schema.definition()
    reader = psycopg2.connect(database)
    with reader, reader.cursor() as cursor:
        use_live(cursor)  # and ends: the lease stays
    monkeypatch.setattr(schema, "ROWS", 1_000)
    new = switched(writer)
    with writer, writer.cursor() as trying, reader, reader.cursor() as cursor:
        assert view_schemas.drop_one_superseded(trying) is None
        assert use_live(cursor, of_old) == old, "nor is it refused meanwhile"
    with writer, writer.cursor() as cursor:
        assert use_live(cursor) == new
    reader.close()
    eventually(lambda: dropped(writer) == old)


def test_an_earlier_version_drops_nothing_of_a_later_one(writer: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    switched(writer)
    monkeypatch.setattr(schema, "ROWS", 1_001)
    later = switched(writer)
    monkeypatch.undo()
    while name := dropped(writer):
        assert name != later
