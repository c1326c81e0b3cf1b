"""The agency register, the files and documents of users, and the register of the extracts that were sent.

`agencies.py` and `users.py` read one kind of file each, with `_entries.py`; users are granted their rights by events of
the access log (`streams/access/grants.py`). `demo_users.py` has the users of a fresh local stack, `extracts.py` the
extracts of agencies' systems.
"""

from contextlib import closing
from importlib.resources import files

from services.registers._entries import BadRegister
from services.registers.agencies import (
    add_agencies,
    agencies_version,
    enrol,
    load_agencies,
    make_reachable,
    read_agencies_file,
)
from services.registers.demo_users import DEMO_USERS, add_demo_users
from services.registers.extracts import ExtractRefused, SentExtract, begin_extract, complete_extract
from services.registers.users import BadUser, read_users_file, user_document, user_of
from streams.store.database import Database

__all__ = [
    "DEMO_USERS",
    "BadRegister",
    "BadUser",
    "ExtractRefused",
    "SentExtract",
    "add_agencies",
    "add_demo_users",
    "agencies_version",
    "begin_extract",
    "complete_extract",
    "create",
    "enrol",
    "load_agencies",
    "make_reachable",
    "read_agencies_file",
    "read_users_file",
    "user_document",
    "user_of",
]


def create(database_url: str) -> None:
    """Creates the registers' tables where they are missing."""
    with closing(Database(database_url, "registers")) as database, database.transaction() as cursor:
        cursor.execute(files(__name__).joinpath("tables.sql").read_text(encoding="utf-8"))
