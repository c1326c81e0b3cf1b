"""Databases of the test run's Postgres: made empty, or as copies of one that has all tables."""

from contextlib import closing

import psycopg2

from streams.store.rights import roles_script


def administer(url: str, statement: str) -> None:
    """Runs a statement that no transaction may hold."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def make(server: str, name: str, template: str = "template1") -> str:
    """The URL of a new database, in which the processes may sign in; `server` is the URL of any of its server's."""
    url = f"{server.rpartition('/')[0]}/{name}"
    # Copied as files: what a template writes into the log of changes is most of what a database costs.
    administer(server, f"create database {name} template {template} strategy file_copy")
    administer(url, roles_script())
    return url


def drop(server: str, name: str) -> None:
    """Drops a database, whoever is connected to it."""
    administer(server, f"drop database {name} with (force)")


def answers_yes(url: str, question: str) -> bool:
    """What a question that is asked in SQL is answered."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone() == (True,)
