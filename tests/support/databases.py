"""Databases of the test run's Postgres: made empty, or as copies of one that has all tables."""

import itertools
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2

from streams.store.rights import roles_script

numbers = itertools.count(1)
"""What tells the databases of this process apart."""


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


@contextmanager
def empty_database(server: str, template: str = "template1") -> Iterator[str]:
    """The URL of an empty database, or of a copy of another one, which is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(numbers)}"
    yield make(server, name, template)
    drop(server, name)


def drop(server: str, name: str) -> None:
    """Drops a database, whoever is connected to it."""
    administer(server, f"drop database {name} with (force)")


def answers_yes(url: str, question: str) -> bool:
    """What a question that is asked in SQL is answered."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone() == (True,)
