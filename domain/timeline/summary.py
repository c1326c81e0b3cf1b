"""The summary of a child's facts: where to read its name, when it was born, which agencies know it and since when."""

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from domain.birth import believed_birth
from domain.timeline.changes import Record, Records


class Summary(NamedTuple):
    """`record` and `version` are the event with the name to believe; `known_to` is source → day, ISO texts.

    Nothing in it comes from a sensitive agency.
    """

    record: str
    version: int
    date_of_birth: str | None
    authority: str | None
    known_to: dict[str, str]


def summary(of_child: Records) -> Summary | None:
    """The summary of one child; None where no ordinary agency's record is left."""
    records = [record for record in of_child.held if not record.restricted]
    if not records:
        return None
    ranked = by_precedence(records)
    born, _ = believed_birth((record.born, not record.exact) for record in ranked)
    authority = next((record.authority for record in ranked if record.authority), None)
    known_to: dict[str, str] = {}
    for record in records:
        known_to[record.source] = min(record.registered_on, known_to.get(record.source, record.registered_on))
    return Summary(ranked[0].stream, ranked[0].version, born, authority, known_to)


def by_precedence(records: Iterable[Record]) -> list[Record]:
    """The records, the one with precedence first."""
    return sorted(records, key=attrgetter("precedence"), reverse=True)
