"""URLs of the test run's Postgres for the processes, each of which signs in as itself."""

from pathlib import Path

from services.local_stack.postgres_roles import role_urls
from streams.store.rights import grant_rights
from streams.store.schema import migrate

_servers: list[Path] = []


def remember_server(folder: Path) -> None:
    """Says where the files of the roles' passwords lie, beside the folder of the server."""
    _servers[:] = [folder]


def signed_in(database_url: str, role: str) -> str:
    """The URL of a database for a process of that role."""
    return role_urls(_servers[0], database_url)[role]


def make_tables(database_url: str) -> None:
    """Makes the tables of the store as init does: they are its own, and the others have their rights."""
    url = signed_in(database_url, "init")
    migrate(url)
    grant_rights(url)
