"""The directory as far as the deciding of one batch depends on it."""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.child import Child
from domain.event import RegisterEvent
from domain.source_record import Command, SourceRecord
from domain.vocabulary import SubmissionType
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.store import RecordKey, SubmissionKey

DESCRIBES = (SubmissionType.CHILD_REGISTERED, SubmissionType.CHILD_AMENDED)
"""The types of submission that describe a child."""


Caused = tuple[UUID, str]
"""The stream of a record, and the id of a submission about it."""


class BatchState(NamedTuple):
    """What is known before a batch is decided; each decision brings it up to date for the next one.

    `described` has what the first command of each id describes: another one of that id is a duplicate.
    From the `suspended` sources nothing is taken. `caused` has the events that commands with an id of an earlier
    batch have caused on the record that they name. The records of `erased` numbers were destroyed. `lifted` are those
    records, of which others are like, whose child was found to be shielded no more. `archived` has records whose child
    is archived, each with that child.
    """

    outcomes: Mapping[SubmissionKey, str]
    streams: dict[RecordKey, UUID]
    matcher: BatchMatcher
    described: Mapping[SubmissionKey, Described]
    records: MutableMapping[UUID, SourceRecord]
    children: MutableMapping[UUID, Child]
    suspended: Collection[str] = ()
    caused: Mapping[Caused, Sequence[RegisterEvent]] = {}
    erased: Collection[RecordKey] = ()
    lifted: frozenset[str] = frozenset()
    archived: Mapping[str, str] = {}


def record_keys(command: Command) -> list[RecordKey]:
    """The numbers by which a command names its record, and the involvement that it starts."""
    keys = [(command.source, "subject", command.subject)]
    if command.type == SubmissionType.INVOLVEMENT_STARTED:
        keys.append((command.source, "involvement", command.data["involvement"]))
    return keys
