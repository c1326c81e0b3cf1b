"""Who may send and who may look: the agency register and the users, as files say and as Postgres keeps them.

`agencies.py` and `users.py` hold one register each, `entries.py` reads the YAML lists that fill them. What a user may
is granted and revoked by events, `granting.py`; `demo_users.py` has the users of a fresh local stack. `extracts.py`
keeps which extracts of agencies' systems were sent.
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
from services.registers.granting import FAR, Granter, Users, add_users
from services.registers.users import BadUser, load_users, read_users_file, user_document, user_of
from streams.store.database import Database

__all__ = [
    "DEMO_USERS",
    "FAR",
    "BadRegister",
    "BadUser",
    "ExtractRefused",
    "Granter",
    "SentExtract",
    "Users",
    "add_agencies",
    "add_demo_users",
    "add_users",
    "agencies_version",
    "begin_extract",
    "complete_extract",
    "create",
    "enrol",
    "load_agencies",
    "load_users",
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
