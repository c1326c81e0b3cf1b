"""What no process may do with the store, the looks and the views is refused by Postgres itself."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from psycopg2.errors import CheckViolation, InsufficientPrivilege

from projections.engine.live_schema import use_live
from projections.visibility.scope import Scope
from streams.store.database import Cursor
from streams.store.rights import RIGHTS, ROLES, SCHEMAS, RightsRefused, grant_rights, role_name, roles_script
from streams.store.schema import migrate
from tests.conftest import administer
from tests.support.postgres_views import empty_views
from tests.support.signing_in import signed_in

PROCESSES = [role for role in ROLES if role != "init"]
EVENTS, LOOKS, RECEIPTS = "register.events", "access.events", "register.outbox"
KEYS = ("register.data_keys", "access.data_keys")
OF_INIT_ALONE = {"register.tracking", "access.tracking", "registry.extracts"}
"""The first two are the library's and stay empty, the last is for who hands in extracts by the command."""
MAY_TRUNCATE = {
    "register.match_index",
    "register.match_keys",
    "register.match_index_format",
    "register.hidden_children",
    "register.hidden_keys",
    "register.shielded_records",
    "register.shielded_keys",
    "register.closed_records",
    "register.found_like",
    "register.removed_records",
}


@pytest.fixture(scope="module", autouse=True)
def tables(database_url: str) -> None:
    empty_views(database_url)


@contextmanager
def as_role(database_url: str, role: str) -> Iterator[Cursor]:
    """A cursor of a process of that role; what it does is undone."""
    with closing(psycopg2.connect(signed_in(database_url, role))) as connection, connection.cursor() as cursor:
        yield cursor
        connection.rollback()


def refused(database_url: str, role: str, statement: str) -> bool:
    """Whether Postgres refuses the statement for want of a right, and for nothing else."""
    with as_role(database_url, role) as cursor:
        try:
            cursor.execute(statement)
        except InsufficientPrivilege:
            return True
    return False


def every_table(database_url: str, where: str) -> list[str]:
    with as_role(database_url, "init") as cursor:
        cursor.execute(f"select schemaname || '.' || tablename from pg_tables where {where} order by 1")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.parametrize("role", PROCESSES)
@pytest.mark.parametrize("table", [EVENTS, LOOKS, *KEYS])
def test_events_looks_and_keys_can_be_changed_deleted_or_emptied_by_no_process(
    database_url: str, role: str, table: str
) -> None:
    column = "wrapped" if table in KEYS else "state"
    for statement in (f"update {table} set {column} = ''", f"delete from {table}", f"truncate {table}"):
        assert refused(database_url, role, statement), statement
    assert refused(database_url, role, f"alter table {table} disable trigger all")
    assert refused(database_url, role, f"drop table {table}")


@pytest.mark.parametrize("role", PROCESSES)
def test_receipts_can_be_changed_by_no_process_and_taken_out_by_the_relay_alone(database_url: str, role: str) -> None:
    assert refused(database_url, role, f"update {RECEIPTS} set value = ''")
    assert refused(database_url, role, f"truncate {RECEIPTS}")
    assert refused(database_url, role, f"delete from {RECEIPTS}") is (role != "relay")


def test_only_the_registrar_appends_to_the_register_and_only_the_api_to_the_looks(database_url: str) -> None:
    def may_append(table: str) -> set[str]:
        row = "(position, stream, version, topic, state) values (1, gen_random_uuid(), 1, 'T.v1', '{}')"
        return {each for each in PROCESSES if not refused(database_url, each, f"insert into {table} {row}")}

    assert may_append(EVENTS) == {"registrar"}
    assert may_append(LOOKS) == {"api"}


def test_the_api_leaves_notices_for_the_relay_and_no_receipt_in_an_agencys_name(database_url: str) -> None:
    row = "insert into register.outbox values (1, %s, 'k', 'v')"
    with as_role(database_url, "api") as cursor:
        cursor.execute(row, ("notices.E06999001",))
    for topic in ("receipts.nhs-gp", "dead-letters"):
        with as_role(database_url, "api") as cursor, pytest.raises(CheckViolation):
            cursor.execute(row, (topic,))
    assert refused(database_url, "api", "select value from register.outbox")
    with as_role(database_url, "registrar") as cursor:
        cursor.execute(row, ("receipts.nhs-gp",))


OPEN = {"receipts", "positions", "failed_messages", "stops"}
"""The tables of views that name no child."""


@pytest.mark.parametrize("role", ROLES)
def test_tables_of_views_are_written_by_the_projector_and_what_names_a_child_is_not_read_by_the_api(
    database_url: str, role: str
) -> None:
    tables = every_table(database_url, "schemaname like 'views%'")
    assert {table.rpartition(".")[2] for table in tables} > OPEN
    for table in tables:
        assert refused(database_url, role, f"delete from {table}") is (role != "projector"), table
        may_read = role in ("init", "projector") or (role == "api" and table.rpartition(".")[2] in OPEN)
        assert refused(database_url, role, f"select from {table}") is not may_read, table
    assert refused(database_url, role, "create schema views_of_mine") is (role not in ("init", "projector"))


def test_the_api_reads_children_by_the_views_that_ask_for_a_scope(database_url: str) -> None:
    with as_role(database_url, "api") as cursor:
        use_live(cursor)
        cursor.execute(
            "select oid::regclass, coalesce(reloptions @> '{security_barrier=true}', false),"
            " has_table_privilege(oid, 'select') from pg_class"
            " where relkind = 'v' and relnamespace = current_schema()::regnamespace"
        )
        views = {name: (is_barrier, may_read) for name, is_barrier, may_read in cursor.fetchall()}
        assert len(views) > 15
        assert [name for name, (is_barrier, may_read) in views.items() if is_barrier is not may_read] == []
        Scope(cleared=True).execute(cursor, "select survivor(gen_random_uuid()), count(*) from known_link")


@pytest.mark.parametrize("role", PROCESSES)
def test_a_process_has_the_rights_of_the_list_on_each_table_of_the_store_and_no_others(
    database_url: str, role: str
) -> None:
    tables = every_table(database_url, f"schemaname in {SCHEMAS}")
    assert set(RIGHTS[role]) <= set(tables)
    with as_role(database_url, "init") as cursor:
        for table in tables:
            for right in ("select", "insert", "update", "delete", "truncate", "references", "trigger"):
                cursor.execute("select has_table_privilege(%s, %s, %s)", (role_name(role), table, right))
                granted = right in RIGHTS[role].get(table, "").replace("select (ordinal)", "").split(", ")
                assert cursor.fetchone() == (granted,), (table, right)
        assert {table for table, rights in RIGHTS[role].items() if "truncate" in rights} <= MAY_TRUNCATE


def test_of_each_table_of_the_store_it_is_said_who_may_use_it(database_url: str) -> None:
    """Whoever adds a table without a line in the list learns it here, and not from a process that is refused."""
    named = {table for tables in RIGHTS.values() for table in tables}
    assert set(every_table(database_url, f"schemaname in {SCHEMAS}")) == named | OF_INIT_ALONE


def test_no_role_is_more_than_a_user(database_url: str) -> None:
    with as_role(database_url, "init") as cursor:
        cursor.execute(
            "select rolname, rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls, rolcanlogin"
            " from pg_roles where rolname like 'contactpoint\\_%'"
        )
        assert sorted(cursor.fetchall()) == [(name, False, True) for name in sorted(map(role_name, ROLES))]
        cursor.execute(
            "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member"
            " where rolname like 'contactpoint\\_%'"
        )
        assert cursor.fetchone() == (0,)


def test_who_is_no_process_reaches_nothing(database_url: str) -> None:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("create role passer_by login password 'known'")
        connection.commit()
        try:
            stranger = signed_in(database_url, "api").split("@")[1]
            with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
                psycopg2.connect(f"postgresql://passer_by:known@{stranger}")
        finally:
            cursor.execute("drop role passer_by")
            connection.commit()


def test_tables_that_one_role_made_before_go_to_their_owners(database_url: str) -> None:
    administer(database_url, "alter table register.events owner to contactpoint")
    with pytest.raises(RightsRefused, match=r"roles\.sql"):
        grant_rights(signed_in(database_url, "init"))
    administer(database_url, roles_script())
    grant_rights(signed_in(database_url, "init"))
    migrate(signed_in(database_url, "init"))
    with as_role(database_url, "api") as cursor:
        use_live(cursor)
        cursor.execute("select has_table_privilege(name, 'select') from unnest(array['known_link', 'link']) name")
        assert cursor.fetchall() == [(True,), (False,)]
