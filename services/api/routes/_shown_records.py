"""The records that a steward's decision may name: those of the entry that the steward is shown.

There may be more: a sensitive service's without a consent, removed and closed ones, a suspended agency's. To name one
is answered as to name what nobody has, and none of them decides what is answered.
"""

from collections.abc import Sequence
from http import HTTPStatus

from domain.child.stewardship import NOT_HERE
from domain.source_record import Refusal
from projections.directory import query as directory
from services.api.access_control.looks import Viewer
from services.api.problems import Problem
from services.api.schemas.duplicates import NamedRecord
from services.registrar.store import streams_of
from streams.store.database import Cursor


def shown_records(who: Viewer, cursor: Cursor, child: str) -> frozenset[str]:
    """The records, by stream, that the entry of a child is composed of which this user may decide about.

    None of no child, an empty text.
    """
    if not child:
        return frozenset()
    found = directory.redacted_entries(
        cursor, who.dependencies.keys, [child], who.today, cleared=who.cleared, opened=[child]
    )
    return frozenset(record.stream for each in found for record in each.records if not record.removed)


def named_streams(cursor: Cursor, named: Sequence[NamedRecord]) -> frozenset[str]:
    """The streams of named records; an empty text stands for those that nobody has."""
    keys = [(each.source, "subject", each.subject) for each in named]
    found = streams_of(cursor, keys)
    return frozenset(str(found.get(key, "")) for key in keys)


def refuse_unseen(who: Viewer, child: str, record: NamedRecord) -> None:
    """Raises Problem 409 where a record is none of the child's that the user is shown."""
    with who.reading_of_all() as cursor:
        is_shown = named_streams(cursor, [record]) <= shown_records(who, cursor, child)
    if not is_shown:
        raise conflict(NOT_HERE)


def child_of_shown_record(who: Viewer, record: NamedRecord) -> str | None:
    """The child of whose entry the record is a part."""
    with who.reading_of_all() as cursor:
        (stream,) = named_streams(cursor, [record])
        child = directory.child_of_record(cursor, stream, cleared=who.cleared) if stream else None
        return child if child and stream in shown_records(who, cursor, child) else None


def conflict(refusal: Refusal) -> Problem:
    """The answer to a decision that is refused, as if the registrar had refused it."""
    return Problem(HTTPStatus.CONFLICT, refusal.message, code=refusal.code)
