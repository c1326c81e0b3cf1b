"""Reads everything that a batch of submissions is decided by, in a few statements, before the first is decided."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching import Comparer, features_of
from domain.source_record import Command
from domain.vocabulary import SubmissionType
from services.registrar import store
from services.registrar.aggregates import Aggregates
from services.registrar.archived_children import archived_among
from services.registrar.batch import Message
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.batch_state import DESCRIBES, BatchState, record_keys
from services.registrar.cannot_link import cannot_link_pairs
from services.registrar.closed_records import closed_among
from services.registrar.erasing import erased_among
from services.registrar.hidden_children import stays_hidden
from services.registrar.match_index import candidates_and_sharers, children_met, index_keys
from services.registrar.shielded_records import shielded_met
from services.registrar.suspensions import suspended_sources
from streams.store.database import Database

_REMOVED = SubmissionType.RECORD_REMOVED
_CHANGES_THE_INDEX = (*DESCRIBES, _REMOVED)
_SAYS_IT_IS_HERE = (SubmissionType.INVOLVEMENT_STARTED, SubmissionType.FLAG_RAISED)


class MatchState(NamedTuple):
    """The matcher of a batch, its candidates' children, and what each describing command describes, in their order."""

    matcher: BatchMatcher
    children: Collection[str]
    described: Sequence[Described]


ReadMatchState = Callable[[Cursor, Comparer, Sequence[Command], Collection[str]], MatchState]
"""Reads the match index for the commands that describe children and for records of theirs that are in it already."""


def look_up(
    database: Database,
    aggregates: Aggregates,
    comparer: Comparer,
    messages: Sequence[Message],
    read_match_state: ReadMatchState,
) -> BatchState:
    """The state that the messages are decided by; raises DatabaseAway."""
    commands = [each.reading for each in messages if isinstance(each.reading, Command) and each.is_in_own_name]
    describing: dict[store.SubmissionKey, Command] = {}
    for command in commands:
        if command.type in DESCRIBES:
            describing.setdefault((command.source, command.id), command)
    with database.transaction() as cursor:
        outcomes = store.outcomes_of(cursor, {(command.source, command.id) for command in commands})
        streams = store.streams_of(cursor, {key for command in commands for key in record_keys(command)})
        indexed = _streams_of([each for each in commands if each.type in _CHANGES_THE_INDEX], streams)
        erased = erased_among(cursor, _unknown(commands, streams), aggregates.digest)
        suspended = suspended_sources(cursor)
        present = _streams_of([each for each in commands if each.type in _SAYS_IT_IS_HERE], streams)
        archived = archived_among(cursor, present)
        match_state = read_match_state(cursor, comparer, list(describing.values()), indexed)
    aggregates.load_records(set(streams.values()))
    children = set(map(UUID, match_state.children))
    aggregates.load_children(children | set(map(UUID, archived.values())))
    aggregates.readable_records({record for child in children for record in aggregates.children[child].like_shielded})
    for child in children:
        match_state.matcher.aside |= aggregates.children[child].aside.keys()
        match_state.matcher.believed |= aggregates.children[child].accepted.keys()
        if stays_hidden(aggregates.children[child]):
            match_state.matcher.know(str(child), hidden=True)
    described = dict(zip(describing, match_state.described, strict=True))
    known = aggregates.records, aggregates.children
    repeated = [each for each in commands if (each.source, each.id) in outcomes]
    named = {(streams.get((each.source, "subject", each.subject)), each.id) for each in repeated}
    caused = aggregates.caused_by({(stream, id_) for stream, id_ in named if stream})
    removed = [streams.get((each.source, "subject", each.subject)) for each in commands if each.type == _REMOVED]
    lifted = _lifted(aggregates, {number for each in removed if (number := match_state.matcher.child_of(str(each)))})
    found = BatchState(outcomes, streams, match_state.matcher, described, *known, suspended, caused, erased, lifted)
    return found._replace(archived=archived)


def _lifted(aggregates: Aggregates, children: Collection[str]) -> frozenset[str]:
    """The records that one of the children's is like, whose own child is shielded no more."""
    likes = [aggregates.children[UUID(child)].like_shielded for child in children]
    like = {record for each in likes for records in each.values() for record in records}
    child_of = aggregates.children_of(like) if like else {}
    shown = {each for each in {*child_of.values()} if (child := aggregates.child(each)) and not child.shield}
    return frozenset(record for record, child in child_of.items() if child in shown)


def _streams_of(commands: Sequence[Command], streams: Mapping[store.RecordKey, UUID]) -> set[str]:
    """The streams of the records that commands name, of those that are known."""
    keys = [(each.source, "subject", each.subject) for each in commands]
    return {str(streams[key]) for key in keys if key in streams}


def _unknown(commands: Sequence[Command], streams: Collection[store.RecordKey]) -> set[store.RecordKey]:
    """The numbers that no record has."""
    return {(each.source, "subject", each.subject) for each in commands} - set(streams)


def read_match_state(
    cursor: Cursor, comparer: Comparer, describing: Sequence[Command], indexed: Collection[str]
) -> MatchState:
    """The match state for what the commands describe, with the records that are `indexed` already."""
    features = [features_of(command.data, command.time, source=command.source) for command in describing]
    keys = [index_keys(each) for each in features]
    met = children_met(cursor, keys)
    shielded = shielded_met(cursor, features)
    may_be_joined = {child for each in met for child in each} | {one.child for each in shielded for one in each}
    candidates, sharers = candidates_and_sharers(cursor, may_be_joined, indexed, features)
    known = [*candidates, *(candidate for each in shielded for candidate in each)]
    closed = closed_among(cursor, indexed)
    cannot_link = cannot_link_pairs(cursor, [candidate.record for candidate in known])
    described = [
        Described(command.data, command.time, command.source, *each, command.subject)
        for command, each in zip(describing, zip(features, keys, met, shielded, strict=True), strict=True)
    ]
    children = {*closed.values(), *(candidate.child for candidate in known)}
    sensitive = store.sensitive_sources(cursor)
    matcher = BatchMatcher(comparer, candidates, cannot_link, sensitive=sensitive, closed=closed, sharers=sharers)
    return MatchState(matcher, children, described)
