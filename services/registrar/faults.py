"""Which failures a message may be to blame for, so that it is kept aside, and which hold up all of them."""

import psycopg2
from eventsourcing.persistence import DataError, IntegrityError, PersistenceError

from services.registrar.fence import FenceLost
from services.registrar.store import OffsetMoved
from streams.store.database import DatabaseAway

_OF_WRITERS = (FenceLost, OffsetMoved, DatabaseAway)
_OF_POSTGRES = (PersistenceError, psycopg2.Error)
_OF_STORED_ROWS = (IntegrityError, psycopg2.IntegrityError)
_OF_VALUES = (DataError, psycopg2.DataError, *_OF_STORED_ROWS)


def may_be_a_messages(error: Exception) -> bool:
    """Whether the values of a message may be the cause.

    What Postgres fails with otherwise, a right that is missing for example, would make a dead letter of every message.
    """
    if isinstance(error, _OF_WRITERS):
        return False
    return isinstance(error, _OF_VALUES) or not isinstance(error, _OF_POSTGRES)


def contradicts_what_is_stored(error: Exception) -> bool:
    """Whether Postgres refused a row because of others, which may have been written since the batch was decided."""
    return isinstance(error, _OF_STORED_ROWS)
