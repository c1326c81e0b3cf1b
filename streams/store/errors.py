"""The recorder's exceptions: the library's, with texts that never repeat stored values."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from eventsourcing.persistence import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    PersistenceError,
    ProgrammingError,
)

from projections.base.binary_copy import NotOfItsType
from streams.store.database import CommitUnknown, DatabaseAway


class RecorderAway(OperationalError, DatabaseAway):
    """Postgres cannot be reached, or went away before a commit: nothing was recorded."""


class AmbiguousCommit(OperationalError, CommitUnknown):
    """Postgres went away during the commit: the caller has to read whether its events were recorded."""


_ERRORS: tuple[tuple[type[psycopg2.Error], type[PersistenceError]], ...] = (
    (psycopg2.InterfaceError, InterfaceError),
    (psycopg2.DataError, DataError),
    (psycopg2.OperationalError, OperationalError),
    (psycopg2.IntegrityError, IntegrityError),
    (psycopg2.InternalError, InternalError),
    (psycopg2.ProgrammingError, ProgrammingError),
    (psycopg2.NotSupportedError, NotSupportedError),
    (psycopg2.DatabaseError, DatabaseError),
)


@contextmanager
def library_errors() -> Iterator[None]:
    """Raises the library's exceptions instead of psycopg2's, without the rows that Postgres quotes in their texts."""
    try:
        yield
    except CommitUnknown as error:
        raise AmbiguousCommit(str(error)) from None
    except DatabaseAway as error:
        raise RecorderAway(str(error)) from None
    except NotOfItsType:
        raise DataError("a stream's id has to be a UUID, and a version an integer of 32 bits") from None
    except psycopg2.Error as error:
        text = error.diag.message_primary or type(error).__name__
        raise next((ours for theirs, ours in _ERRORS if isinstance(error, theirs)), PersistenceError)(text) from None
