"""Empty event logs for tests."""

from contextlib import closing
from uuid import uuid4

from streams.store.database import Database
from streams.store.schema import create_log, migrate


def new_log(database_url: str) -> str:
    """A fresh schema with the tables of a log."""
    schema = f"log_{uuid4().hex}"
    migrate(database_url)
    with closing(Database(database_url, "tests")) as database, database.transaction() as cursor:
        create_log(cursor, schema)
    return schema
