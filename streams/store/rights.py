"""Who may do what with the tables of the store and the registers, as data; a role that is not named may do nothing.

Events, looks and receipts can be appended, and no process may change them; only the relay takes what it has published
out of the outbox. `contactpoint_init` owns the tables. The projector owns the views (`roles.sql`); the API may read
what asks for a reader's scope, and no table that names a child (`projections/visibility/grants.sql`).
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib.resources import files

from psycopg2.errors import InsufficientPrivilege
from psycopg2.sql import SQL, Composed, Identifier

from streams.store.database import Cursor, Database

ROLES = ("init", "registrar", "relay", "projector", "api")
SCHEMAS = ("register", "access", "publication", "registry", "store", "projection")

_READ = "select"
_APPEND = "select, insert"
_COUNT = "select, update"
"""A counter or a fence: one row, which is locked and replaced."""
_KEEP = "select, insert, update"
_ALL = "select, insert, update, delete, truncate"

RIGHTS: Mapping[str, Mapping[str, str]] = {
    "registrar": {
        "register.fence": _COUNT,
        "register.counter": _COUNT,
        "register.events": _APPEND,
        "register.data_keys": _APPEND,
        "register.fenced": _APPEND,
        "register.erased_keys": _APPEND,
        "register.outbox": "insert",
        "register.outbox_counter": _COUNT,
        "register.submissions": _APPEND,
        "register.record_keys": "select, insert, delete",
        "register.offsets": _KEEP,
        "register.match_index": _ALL,
        "register.match_keys": _ALL,
        "register.match_index_format": _ALL,
        "register.hidden_children": _ALL,
        "register.hidden_keys": _ALL,
        "register.shielded_records": _ALL,
        "register.shielded_keys": _ALL,
        "register.closed_records": _ALL,
        "register.found_like": _ALL,
        "register.removed_records": _ALL,
        "register.archived": "select, insert, delete",
        "register.kept_apart": "select, insert, delete",
        "register.suspensions": _KEEP,
        "register.budgets": "select, insert, update, delete",
        "access.events": _READ,  # whether there was the look that a steward's decision names; none can be opened
        "access.streams": _READ,
        "registry.agencies": _READ,
        "registry.changes": _READ,
        "publication.home": _READ,
        "publication.topics": _READ,
        "publication.checkpoints": "select, update (wanted)",  # beside a destruction
        "store.migrations": _READ,
    },
    "relay": {
        "register.counter": _READ,
        "register.events": _READ,
        "register.outbox": "select, insert, delete",
        "register.outbox_counter": _COUNT,
        "access.counter": _READ,
        "access.events": _READ,
        "publication.producer": "select, insert, update, delete",
        "publication.home": _KEEP,
        "publication.topics": "select, insert, delete",
        "publication.troubles": "select, insert, update, delete",
        "publication.published": _KEEP,
        "publication.tiles": _KEEP,
        "publication.checkpoints": _KEEP,
        "publication.partitions": "select, insert, update, delete",
        "store.migrations": _READ,
    },
    "projector": {
        "register.counter": _READ,
        "register.data_keys": _READ,
        "register.fenced": _READ,
        "access.counter": _READ,
        "access.data_keys": _READ,
        "access.fenced": _READ,
        "publication.published": _READ,
        "publication.partitions": _READ,
        "projection.schemas": "select, insert, update, delete",
        "store.migrations": _READ,
    },
    "api": {
        "access.counter": _COUNT,
        "access.events": _APPEND,
        "access.data_keys": _APPEND,
        "access.fenced": _READ,
        "access.streams": _APPEND,
        "access.grants": "select, insert, update, delete",
        "access.enquiries": "select, insert, delete",
        "access.retention_runs": _KEEP,
        "register.counter": _READ,
        "register.events": "select (position, topic, state)",  # since when the oldest waits, and of what kind each is
        "register.offsets": _READ,  # how many submissions are not read yet
        "register.data_keys": _READ,
        "register.fenced": _READ,
        "register.erased_keys": _READ,  # by which decision a record was destroyed
        "register.record_keys": _READ,  # whether a dead letter is about a child who is shielded
        "register.budgets": _READ,  # how many messages were invalid and not kept
        "register.suspensions": _READ,  # nothing is taken from a suspended agency
        "register.outbox": "select (ordinal), insert",  # how many wait; and notices, no other topic (a constraint)
        "register.outbox_counter": _COUNT,
        "publication.home": _READ,
        "publication.topics": _READ,
        "publication.troubles": _READ,
        "publication.published": _READ,
        "publication.partitions": _READ,
        "publication.tiles": _READ,
        "publication.checkpoints": _READ,
        "registry.agencies": _READ,
        "registry.changes": _READ,
        "registry.users": _KEEP,
        "projection.schemas": _READ,
        "store.migrations": _READ,
    },
}

_log = logging.getLogger(__name__)


class RightsRefused(Exception):
    """The rights cannot be granted; the text says what to do."""


def role_name(process: str) -> str:
    """The role of Postgres in which a process signs in."""
    return f"contactpoint_{process}"


def roles_script() -> str:
    """What an administrator of Postgres runs to make the roles."""
    return files("streams.store").joinpath("roles.sql").read_text(encoding="utf-8")


def grant_rights(database_url: str) -> None:
    """Gives each role just its rights, at once; does nothing where Postgres has no roles of ours.

    Raises RightsRefused where the tables belong to somebody else, and DatabaseAway.
    """
    with closing(Database(database_url, "contactpoint init")) as database, database.transaction() as cursor:
        if not _has_roles(cursor):
            _log.warning("Postgres has no roles of ours: each process may do all that its user may, see operations.md")
            return
        try:
            for statement in _statements():
                cursor.execute(statement)
        except InsufficientPrivilege:
            raise RightsRefused(
                "the tables in Postgres belong to another role than the one that runs init; let an administrator of"
                " Postgres run streams/store/roles.sql, and sign in as contactpoint_init"
            ) from None


def _has_roles(cursor: Cursor) -> bool:
    cursor.execute("select count(*) from pg_roles where rolname = any(%s)", ([role_name(role) for role in ROLES],))
    return cursor.fetchone() == (len(ROLES),)


def _statements() -> Iterator[Composed]:
    for process, tables in RIGHTS.items():
        role = Identifier(role_name(process))
        for schema in SCHEMAS:
            place = Identifier(schema)
            yield SQL("revoke all on all tables in schema {} from {}").format(place, role)
            yield SQL("revoke all on schema {} from {}").format(place, role)
        for schema in sorted({table.partition(".")[0] for table in tables}):
            yield SQL("grant usage on schema {} to {}").format(Identifier(schema), role)
        for table, rights in tables.items():
            yield SQL("grant {} on {} to {}").format(SQL(rights), Identifier(*table.split(".")), role)
