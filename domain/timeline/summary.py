"""The summary of a child's facts: its date of birth, its authority, which agencies know it and since when."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.belief import Statement, believed_authority, vouched_authority
from domain.timeline.changes import Records


class Summary(NamedTuple):
    """`known_to` is source → day, ISO texts. Nothing in it comes from a sensitive agency.

    `vouched_authority` is the authority from which rights may follow. Where there is none, `reported_authorities` are
    those that single agencies report.
    """

    date_of_birth: str | None
    authority: str | None
    vouched_authority: str | None
    reported_authorities: Sequence[str]
    known_to: dict[str, str]


def summary(of_child: Records) -> Summary | None:
    """The summary of one child; None where no ordinary agency's record is left."""
    records = [record for record in of_child.held if not record.restricted]
    if not records:
        return None
    homes = [Statement(record.authority, record.origin) for record in of_child.believed]
    known_to: dict[str, str] = {}
    for record in records:
        known_to[record.source] = min(record.registered_on, known_to.get(record.source, record.registered_on))
    vouched = vouched_authority(homes)
    reported = () if vouched else sorted({str(each.value) for each in homes if each.value is not None})
    return Summary(of_child.birth, believed_authority(homes), vouched, reported, known_to)
