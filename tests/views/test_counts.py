"""Counts of lists are read from an index: a list of an authority may hold every child of school age."""

from contextlib import closing

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from projections.engine import schema
from projections.engine.live_schema import use_live
from projections.reports.query import count_listed_after, education_statuses
from tests.support.postgres_views import empty_views

ON = "2026-09-01"
MAP_PAGES = 3
"""Pages of the visibility map, which counts as the table's, at most; the table itself has some hundreds."""
_FINDINGS = (
    "insert into finding select gen_random_uuid(), 'education', '2020-01-01', '9999-12-31', '2020-01-01',"
    " 'E06999011', case number % 2 when 0 then 'placed' else 'home-educated' end, repeat('x', 500)"
    " from generate_series(1, 4000) as number"
)


def pages_of_findings(connection: Connection) -> int:
    """How many pages of the table were read so far."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_stat_force_next_flush()")
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select heap_blks_hit + heap_blks_read from pg_statio_user_tables where relid = 'finding'::regclass"
        )
        ((pages,),) = cursor.fetchall()
    return int(pages)


def test_children_of_school_age_are_counted_without_reading_their_rows(database_url: str) -> None:
    empty_views(database_url)
    with closing(psycopg2.connect(database_url)) as connection:
        with connection, connection.cursor() as cursor:
            schema.use(cursor, use_live(cursor))
        with connection, connection.cursor() as cursor:
            cursor.execute(_FINDINGS)
            cursor.execute("select child from finding limit 3")
            hidden = cursor.fetchall()
            cursor.execute(
                "insert into hidden (child, suspected, position, names, estimated, gender, keys, shown)"
                " select unnest(%s::uuid[]), false, 1, '{}', false, '', '{}', '{}'",
                ([child for (child,) in hidden],),
            )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze finding")
        connection.autocommit = False
        before = pages_of_findings(connection)
        with connection, connection.cursor() as cursor:
            counts = education_statuses(cursor, ON, "E06999011")
        assert sum(counts.values()) == 4000 - len(hidden)
        after = pages_of_findings(connection)
        assert after <= before + MAP_PAGES
        with connection, connection.cursor() as cursor:
            assert count_listed_after(cursor, "education", ON, None, "2019-01-01") == 4000 - len(hidden)
        assert pages_of_findings(connection) > after + MAP_PAGES, "reading rows is noticed"
