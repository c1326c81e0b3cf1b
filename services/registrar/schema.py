"""Creates the registrar's tables; the schema `register` with the event store must be there."""

from importlib.resources import files

from streams.store.database import Database


def create(database_url: str) -> None:
    """Creates what is missing; does nothing where all is there."""
    database = Database(database_url, "contactpoint init")
    try:
        with database.transaction() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('contactpoint registrar tables'))")
            cursor.execute(files("services.registrar").joinpath("tables.sql").read_text(encoding="utf-8"))
    finally:
        database.close()
