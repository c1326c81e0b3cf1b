"""The roles of the local Postgres: its administrator makes them at its start, each with a password in its own file."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Identifier, Literal

from services.configuration.private_files import secret
from streams.store.rights import ROLES, role_name, roles_script

CONNECT_S = 2


def role_urls(folder: Path, administrator_url: str) -> dict[str, str]:
    """The URL with which each process signs in, by its role; the passwords are made the first time.

    `folder` is that of the server; the files of the passwords lie beside it.
    """
    address = urlsplit(administrator_url)
    host = address.netloc.rpartition("@")[2]
    passwords = {role: secret(folder.with_name(f"postgres-{role}-password")) for role in ROLES}
    return {
        role: urlunsplit(address._replace(netloc=f"{role_name(role)}:{password}@{host}"))
        for role, password in passwords.items()
    }


def roles_are_there(administrator_url: str, urls: Mapping[str, str]) -> bool:
    """Makes the roles where they are missing, with these URLs' passwords; False while Postgres does not answer."""
    try:
        connection = psycopg2.connect(administrator_url, connect_timeout=CONNECT_S)
    except psycopg2.OperationalError:
        return False
    with closing(connection), connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('contactpoint roles'))")
        cursor.execute(roles_script())
        for role, url in urls.items():
            name = role_name(role)
            verifier = encrypt_password(urlsplit(url).password or "", name, connection, "scram-sha-256")
            cursor.execute(SQL("alter role {} password {}").format(Identifier(name), Literal(verifier)))
    return True
