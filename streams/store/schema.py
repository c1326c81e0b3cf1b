"""Brings the tables of a database up to date by numbered migrations; the table `store.migrations` lists them."""

import logging
import re
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from psycopg2.sql import SQL, Identifier

from streams.store.database import Cursor, Database

LONGEST_S = 3_600
"""How long a statement of a migration may take."""
_MADE_BEFORE = frozenset(
    {
        ("access", "grants", "until"),
        ("publication", "partitions", "position"),
        ("register", "match_index", "features"),
        ("register", "match_index_format", "format"),
        ("register", "kept_apart", "other"),
        ("registry", "agencies", "contact"),
        ("registry", "extracts", "content_digest"),
        ("registry", "users", "version"),
    }
)
"""Columns by which the tables of the version before numbered migrations are known; number 1 made just these tables."""
_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_HISTORY = (
    "create schema if not exists store;"
    "create table if not exists store.migrations"
    " (number int primary key, name text not null, digest text not null,"
    " ran_at timestamptz not null default clock_timestamp())"
)

_log = logging.getLogger(__name__)


class SchemaRefused(Exception):
    """The tables of a database are not those of this version of the product; the text says what to do."""


class Migration(NamedTuple):
    """A numbered change of the tables, as SQL."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


@cache
def shipped() -> tuple[Migration, ...]:
    """The migrations that come with this version of the product, in their order."""
    folder = files("streams.store.migrations")
    named = [(found, file) for file in folder.iterdir() if (found := _FILE.fullmatch(file.name))]
    return tuple(
        Migration(int(found[1]), found[2], file.read_text(encoding="utf-8"))
        for found, file in sorted(named, key=lambda each: each[1].name)
    )


def migrate(database_url: str, migrations: Sequence[Migration] | None = None) -> None:
    """Runs what has not run yet, each in a transaction of its own; processes that do so at once take turns.

    Raises SchemaRefused, and DatabaseAway; what ran until then stays.
    """
    wanted = shipped() if migrations is None else migrations
    database = Database(database_url, "contactpoint schema", statement_timeout_s=LONGEST_S)
    with closing(database):
        while ran := _run_next(database, wanted):
            _log.info("the tables are at number %d, %s", ran.number, ran.name)


def check_up_to_date(database_url: str, migrations: Sequence[Migration] | None = None) -> None:
    """Raises SchemaRefused where the tables are not those of this version, and DatabaseAway."""
    wanted = shipped() if migrations is None else migrations
    with closing(Database(database_url, "contactpoint schema")) as database, database.transaction() as cursor:
        cursor.execute("select to_regclass('store.migrations') is not null")
        last = _last_ran(cursor, wanted) if cursor.fetchone() == (True,) else 0
    if last < wanted[-1].number:
        raise SchemaRefused(
            f"the tables in Postgres are at number {last} and this version of the product needs number"
            f" {wanted[-1].number}; stop its services and run `contactpoint run init`"
        )


def create_log(cursor: Cursor, schema: str) -> None:
    """Makes an empty log in a schema of its own, with tables like the register's."""
    cursor.execute(SQL("create schema if not exists {}").format(Identifier(schema)))
    for table in ("counter", "events", "tracking", "data_keys", "fenced"):
        names = Identifier(schema, table), Identifier("register", table)
        cursor.execute(SQL("create table {} (like {} including all)").format(*names))
    counter = Identifier(schema, "counter")
    cursor.execute(SQL("alter table {0} set (fillfactor = 10); insert into {0} (last) values (0)").format(counter))


def _run_next(database: Database, migrations: Sequence[Migration]) -> Migration | None:
    """Runs the first migration that has not run, or records it where an earlier version made its tables."""
    with database.transaction() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('contactpoint schema'))")
        cursor.execute(_HISTORY)
        last = _last_ran(cursor, migrations)
        following = next((each for each in migrations if each.number > last), None)
        if following is None:
            return None
        if last or not _was_made_before(cursor):
            cursor.execute(following.text)
        cursor.execute(
            "insert into store.migrations (number, name, digest) values (%s, %s, %s)",
            (following.number, following.name, following.digest),
        )
        return following


def _last_ran(cursor: Cursor, migrations: Sequence[Migration]) -> int:
    """The number of the last migration that ran, 0 where none did."""
    known = {each.number: each for each in migrations}
    cursor.execute("select number, name, digest from store.migrations order by number")
    ran = cursor.fetchall()
    last = ran[-1][0] if ran else 0
    if last > migrations[-1].number:
        raise SchemaRefused(
            f"the tables in Postgres are at number {last} and this version of the product knows only"
            f" {migrations[-1].number}; install the version that brought them there, or a later one"
        )
    for number, name, digest in ran:
        if known[number].digest != digest:
            raise SchemaRefused(
                f"the change of tables with number {number}, {name}, ran with another text than this version of the"
                " product has; install the version that ran it"
            )
    return int(last)


def _was_made_before(cursor: Cursor) -> bool:
    """Whether the version before numbered migrations made the tables; raises SchemaRefused for an older one's."""
    cursor.execute("select to_regclass('register.events') is not null")
    if cursor.fetchone() != (True,):
        return False
    cursor.execute("select table_schema::text, table_name::text, column_name::text from information_schema.columns")
    if not set(cursor.fetchall()) >= _MADE_BEFORE:
        raise SchemaRefused(
            "the tables in Postgres were made by too old a version of the product; run `contactpoint run init` of the"
            " last version that did not number its tables, and then this one's"
        )
    return True
