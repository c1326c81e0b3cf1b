"""Decisions about a new identity: requested by one data manager, confirmed by another; a refusal changes nothing.

The old child is closed, and no new one is opened in its place: the records under which agencies know the child now are
listed as those of any new child. So nothing that is stored leads from one to the other.
"""

from collections.abc import Sequence
from typing import Literal

from domain.child.child import Child
from domain.child.identity_events import NewIdentityGiven, NewIdentityRequested
from domain.child.judgement import Ruling
from domain.child.stewardship import UNKNOWN, about_one
from domain.source_record.rules import Refusal

NOT_REQUESTED = Refusal("child", "not-requested", "nobody has asked for a new identity of this child for this reason")
SAME_PERSON = Refusal("decided_by", "same-person", "another data manager has to confirm what this one has asked for")

NOT_CLOSED = Refusal("record", "not-closed", "this record is not closed")

Ground = Literal["adoption", "protected-person", "gender-recognition"]
"""Why a child is given a new identity; storage format. There is no free text, for it could reveal the new identity."""


def request(child: Child | None, expected: Sequence[dict[str, str]], ruling: Ruling) -> Child | Refusal:
    """Requests a new identity, whose first records will have the `expected` numbers, `{source, subject}`."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    child.trigger_event(NewIdentityRequested, **ruling.provenance, **ruling.sealed, expected=list(expected))
    return child


def open_record(
    child: Child | None, record: str, described_in: int, closed: Sequence[Child], ruling: Ruling
) -> Child | Refusal:
    """Opens a record, as described in that version, that was closed because it names the `closed` children."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    if record not in child.closed_for:
        return NOT_CLOSED
    child.open_by(ruling, record, described_in, [each for one in closed for each in one.records])
    return child


def confirm(child: Child | None, family: Sequence[str], ruling: Ruling) -> Child | Refusal:
    """Closes the child, with all that it ever absorbed (`family`) and their records, for ever."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    if child.requested is None or child.requested[1] != ruling.reason:
        return NOT_REQUESTED
    if child.requested[0] == ruling.decided_by:
        return SAME_PERSON
    named = {"children": [str(child.id), *family], "records": sorted(child.records)}
    child.trigger_event(NewIdentityGiven, **ruling.provenance, **ruling.sealed, **named)
    return child
