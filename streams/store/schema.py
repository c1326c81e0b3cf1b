"""Creates the tables of the two logs and of their publication."""

from contextlib import closing
from importlib.resources import files

from psycopg2.sql import SQL, Identifier

from streams.store.database import Cursor, Database

SCHEMAS = {
    "register": ("log.sql", "outbox.sql"),
    "access": ("log.sql", "access_streams.sql"),
    "publication": ("publication.sql",),
}
"""The scripts that make each schema; they name their tables without it."""


def create_schemas(database_url: str) -> None:
    """Creates what is missing; processes that do so at once take turns. Raises DatabaseAway."""
    with closing(Database(database_url, "contactpoint schema")) as database, database.transaction() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('contactpoint schema'))")
        for schema in SCHEMAS:
            create_schema(cursor, schema, SCHEMAS[schema])


def create_schema(cursor: Cursor, schema: str, scripts: tuple[str, ...]) -> None:
    """Creates one schema by the scripts named."""
    cursor.execute(SQL("create schema if not exists {0}; set local search_path to {0}").format(Identifier(schema)))
    for script in scripts:
        cursor.execute(files("streams.store").joinpath(script).read_text(encoding="utf-8"))
