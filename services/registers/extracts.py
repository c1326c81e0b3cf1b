"""The register of the extracts that agencies' systems sent: the last day of each, and how far each one came."""

from typing import Literal, NamedTuple

import psycopg2

from streams.store.database import Cursor, Database

_SENDING = 0x636F6E74
"""The space of the advisory locks, one for each agency, that are held while an extract is sent."""
_LOCK_TIMEOUT = "3s"
ExtractStatus = Literal["new", "begun", "sent"]
"""`begun`: sending it was cut short before."""


class ExtractRefused(Exception):
    """An extract may not be sent as it is; the text says why and what to do."""


class SentExtract(NamedTuple):
    """One extract of an agency by a layout: its own id, day (ISO date) and rows, and the keyed digest of its file."""

    agency: str
    layout: str
    extract: str
    taken_on: str
    rows: int
    content_digest: str


def begin_extract(database: Database, sent: SentExtract, *, older_too: bool) -> ExtractStatus:
    """Registers that an extract is being sent, and gives the status that it had before.

    The agency is locked for as long as the connection lasts, so that only one of its extracts is sent at a time. Raises
    ExtractRefused while another one is being sent, for an id that was used with other content, and, unless `older_too`,
    for a day before that of the latest extract.
    """
    with database.transaction() as cursor:
        _lock(cursor, sent.agency)
        known = _known(cursor, sent)
        if known and known[0] != sent.content_digest:
            raise ExtractRefused(
                f"the extract {sent.extract} was sent before with other content or by another version of the layout;"
                " what was taken then stays as it is: give a corrected extract an id of its own, with --extract ID"
            )
        last = _last_day(cursor, sent)
        if last and last > sent.taken_on and not older_too:
            raise ExtractRefused(
                f"the extract {sent.extract} is of {sent.taken_on}, and a later one, of {last}, was sent; send the"
                " latest, or say --older-too where it is meant to be sent all the same"
            )
        if known is None:
            cursor.execute(
                "insert into registry.extracts (agency, layout, extract, taken_on, rows, content_digest)"
                " values (%s, %s, %s, %s, %s, %s)",
                sent,
            )
            return "new"
    return "sent" if known[1] else "begun"


def complete_extract(database: Database, sent: SentExtract) -> None:
    """Registers that all of an extract was sent."""
    with database.transaction() as cursor:
        cursor.execute(
            "update registry.extracts set sent_at = coalesce(sent_at, now())"
            " where agency = %s and layout = %s and extract = %s",
            sent[:3],
        )


def _lock(cursor: Cursor, agency: str) -> None:
    """Waits up to 3 s, because Postgres may not have noticed yet that a sender was killed."""
    cursor.execute("set local lock_timeout = %s", (_LOCK_TIMEOUT,))
    try:
        cursor.execute("select pg_advisory_lock(%s, hashtext(%s))", (_SENDING, agency))
    except psycopg2.errors.LockNotAvailable:
        raise ExtractRefused(f"another extract of {agency} is being sent; wait until that is done") from None


def _known(cursor: Cursor, sent: SentExtract) -> tuple[str, bool] | None:
    cursor.execute(
        "select content_digest, sent_at is not null from registry.extracts"
        " where agency = %s and layout = %s and extract = %s",
        sent[:3],
    )
    row = cursor.fetchone()
    return (str(row[0]), bool(row[1])) if row else None


def _last_day(cursor: Cursor, sent: SentExtract) -> str | None:
    """The latest day of the other extracts of that agency and layout."""
    cursor.execute(
        "select max(taken_on)::text from registry.extracts where agency = %s and layout = %s and extract <> %s",
        sent[:3],
    )
    row = cursor.fetchone()
    return row[0] if row else None
