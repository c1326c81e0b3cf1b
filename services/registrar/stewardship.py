"""Decides a batch of data stewards' decisions; each takes effect by the domain's own rules.

Decisions are few, and which records one is about depends on the one before: so children are looked up as they are
needed, and not before the batch.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from domain import retention
from domain.child import Child, Ruling, hold, new_identity, shielding, stewardship
from domain.child.stewardship import RulingResult, SplitRecords
from domain.erasure import erase_child, erase_record
from domain.erasure.decide import BY_DECISION, BY_RETENTION, TOO_MANY, Erased, Terms, weigh
from domain.matching import Comparer, features_of
from domain.source_record import Command, Refusal, SourceRecord
from domain.source_record.events import RecordAmended, RecordRegistered
from domain.suspension import AgencyStatus, remove, resume, suspend
from services.registrar.batch import BatchResult, Message
from services.registrar.budgets import Budget, StewardBudgets
from services.registrar.cannot_link import CannotLinkRuling
from services.registrar.chronologies import Judged
from services.registrar.decide_batch import NewId
from services.registrar.decide_in_order import Effect, decide_in_order
from services.registrar.follow_shields import ShieldDirectory, follow_shields, hold_back_anew
from services.registrar.hidden_children import note_hidden
from services.registrar.linking import pending_events
from services.registrar.match_index import index_keys
from services.registrar.steward_looks import RecordedLook, distrusted
from services.registrar.store import ErasureRow, RecordKey, SubmissionKey
from services.registrar.suspensions import SuspensionRow
from services.submission_contract.decisions import DecisionType
from streams.codec import iso_text
from streams.crypto.sealing import KeyMissing

BACKUPS_KEPT = timedelta(days=35)
"""How long a backup of the database is kept, where nothing else is set."""


class Directory(ShieldDirectory, Protocol):
    """The directory as the decisions before have left it."""

    def agency_status(self, agency: str) -> AgencyStatus | None:
        """Whether and how an agency is suspended; None where it never was."""

    def records_follow(self, agency: str) -> bool:
        """Whether records of an agency still have to follow the last decision on it that was made before this batch."""

    def keep_agency_status(self, agency: str, status: AgencyStatus) -> None:
        """Keeps an agency's status as it is now, for the decisions that follow."""

    def record(self, stream: UUID) -> SourceRecord:
        """The record of that stream."""

    def keep_record(self, record: SourceRecord) -> None:
        """Keeps a record as it is now, for the decisions that follow."""

    def indexed_keys(self, record: str) -> Mapping[str, Sequence[int]]:
        """The keys under which the match index has the record, by the record; nothing where it is not there."""

    def description(self, stream: UUID) -> RecordRegistered | RecordAmended | None:
        """The event that describes the record now."""

    def readable_records(self, streams: Iterable[str]) -> list[SourceRecord]:
        """Those of the records that can be read."""

    def numbers_of(self, record: SourceRecord) -> list[RecordKey]:
        """The numbers by which its agency names the record and its involvements."""

    def chronologies(self, children: Sequence[Child]) -> Judged:
        """What the children are judged by, as it is stored."""

    def suspended_sources(self) -> Set[str]:
        """The sources from which nothing is taken, or was not before this batch."""

    def checkpoint(self) -> str | None:
        """The latest signed checkpoint of the register, if there is one."""

    def pseudonym(self, user: str) -> str:
        """What a user is counted by, which does not reveal who that is."""

    def is_known_openly(self, records: Iterable[str]) -> bool:
        """Whether one of the records is an ordinary agency's."""

    def streams_of(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, UUID]:
        """The record that each number of an agency means."""


def decide_stewards_batch(
    messages: Sequence[Message],
    outcomes: Mapping[SubmissionKey, str],
    looks: Mapping[str, RecordedLook],
    oldest_look: timedelta,
    backups_kept: timedelta,
    lookup: Directory,
    recorded_at: datetime,
    new_id: NewId,
    budgets: StewardBudgets,
    comparer: Comparer,
) -> BatchResult:
    """What the decisions cause; `outcomes` has those of earlier batches, `looks` the looks that these ones name.

    Backups are kept for `backups_kept`; `budgets` say how much each user may decide within the day, `comparer` how like
    two records are.
    """

    time = iso_text(recorded_at)

    def effect(_: Message, command: Command) -> Effect | Refusal:
        budget = budgets.of(command.type)
        if budget is None:
            return decided(command)
        who = lookup.pseudonym(command.data["decided_by"])
        if not budget.has_room(who):
            budget.takes(who)
            return stewardship.TOO_MANY_TODAY
        found = decided(command)
        if not isinstance(found, Refusal):
            budget.takes(who)
        return found

    def decided(command: Command) -> Effect | Refusal:
        ruling = Ruling(command.data["decided_by"], command.data["reason"], recorded_at, time)
        if command.type in _OF_AGENCIES:
            return _of_an_agency(lookup, command, ruling, new_id)
        if command.type == DecisionType.RECORD_REMOVE:
            return _removal(lookup, command, ruling)
        if command.type == DecisionType.ERASE:
            terms = Terms(BY_DECISION, lookup.checkpoint(), (recorded_at + backups_kept).date())
            return _erasure(lookup, command, new_id, terms, ruling, budgets.destructions)
        if command.type == DecisionType.RETENTION_RUN:
            terms = Terms(BY_RETENTION, lookup.checkpoint(), (recorded_at + backups_kept).date())
            return _retention(lookup, command, new_id, terms, ruling, budgets.retention)
        if command.type in _OF_HOLDS:
            return _holding(lookup, command, ruling)
        if command.type in _OF_IDENTITIES:
            return _of_an_identity(lookup, command, ruling)
        if command.type == DecisionType.RECORD_OPEN:
            return _opening(lookup, command, ruling)
        ruled = _rule(lookup, command, ruling, new_id)
        return ruled if isinstance(ruled, Refusal) else _effect(lookup, ruled, ruling, comparer)

    def distrust(command: Command) -> Refusal | None:
        return distrusted(command, looks.get(command.id), recorded_at, oldest_look)

    result = decide_in_order(messages, outcomes, recorded_at, effect, distrust)
    note_hidden(result.changes.index, result.events, lookup.child)
    return result


def _effect(lookup: Directory, ruled: RulingResult, ruling: Ruling, comparer: Comparer) -> Effect:
    for child in ruled.children:
        lookup.keep(child)
    rulings = [CannotLinkRuling(ruled.cannot_link, ruled.left, ruled.right)] if ruled.left else []
    events = [event for child in ruled.children for event in pending_events(child)]
    events += follow_shields(lookup, events, ruled.moved, ruling, comparer)
    return Effect(events, moved=ruled.moved, rulings=rulings)


_OF_AGENCIES = (DecisionType.AGENCY_SUSPEND, DecisionType.AGENCY_RESUME)


def _of_an_agency(lookup: Directory, command: Command, ruling: Ruling, new_id: NewId) -> Effect | Refusal:
    agency = command.data["agency"]
    status = lookup.agency_status(agency)
    was_set_aside = status is not None and status.set_aside
    if command.type == DecisionType.AGENCY_RESUME:
        without = command.data["without_removals"]
        under_way = without and lookup.records_follow(agency)
        decided = resume(status, agency, ruling, without_removals=without, under_way=under_way)
    else:
        set_aside, since = command.data["set_aside"], command.data.get("since")
        decided = suspend(status, agency, new_id(), set_aside, since, ruling)
    if isinstance(decided, Refusal):
        return decided
    lookup.keep_agency_status(agency, decided)
    row = SuspensionRow(
        agency,
        decided.id,
        decided.suspended,
        decided.set_aside,
        decided.since,
        concerns_records=decided.set_aside or was_set_aside,
    )
    return Effect(pending_events(decided), suspensions=[row])


def _record_named(lookup: Directory, command: Command) -> UUID | None:
    named = command.data["record"]
    key = (named["source"], "subject", named["subject"])
    return lookup.streams_of([key]).get(key)


def _removal(lookup: Directory, command: Command, ruling: Ruling) -> Effect | Refusal:
    stream = _record_named(lookup, command)
    if stream is None:
        return stewardship.NOT_HERE
    child = lookup.child(command.data["child"])
    decided = remove(lookup.record(stream), child, command.id, ruling)
    if isinstance(decided, Refusal):
        return decided
    lookup.keep_record(decided)
    unindexed = lookup.indexed_keys(str(stream))
    events = pending_events(decided)
    if child is not None:
        events += hold_back_anew(lookup, child, ruling)
    return Effect(events, unindexed=unindexed, removed=lookup.children_of(unindexed.keys()))


def _erasure(
    lookup: Directory, command: Command, new_id: NewId, terms: Terms, ruling: Ruling, destructions: Budget
) -> Effect | Refusal:
    who = lookup.pseudonym(ruling.decided_by)
    child = lookup.child(command.data["child"])
    absorbed = _family_of(lookup, child)
    weight = weigh(child, absorbed) if child and not command.data.get("record") else 1
    if not destructions.has_room(who, weight):
        destructions.takes(who, weight)
        return TOO_MANY
    if command.data.get("record"):
        stream = _record_named(lookup, command)
        named = lookup.readable_records([str(stream)]) if stream else []
        decided = erase_record(child, absorbed, named[0] if named else None, new_id(), terms, ruling)
    else:
        records = lookup.readable_records(sorted(child.records)) if child else []
        decided = erase_child(child, absorbed, records, new_id(), terms, ruling)
    if isinstance(decided, Refusal):
        return decided
    destructions.takes(who, weight)
    return _erased(lookup, decided, terms, ruling)


def _erased(lookup: Directory, decided: Erased, terms: Terms, ruling: Ruling) -> Effect:
    unindexed: dict[str, Sequence[int]] = {}
    for record in decided.records:
        unindexed |= lookup.indexed_keys(str(record.id))
        lookup.keep_record(record)
    for each in decided.children:
        lookup.keep(each)
    row = ErasureRow(
        str(decided.erasure.id),
        {str(record.id): lookup.numbers_of(record) for record in decided.records},
        [str(each.id) for each in decided.children if each.is_destroyed],
        refused_for_ever=terms.rule != BY_RETENTION,
    )
    changed = (decided.erasure, *decided.records, *decided.children)
    events = [event for each in changed for event in pending_events(each)]
    for each in decided.children:
        if not each.is_destroyed:
            events += hold_back_anew(lookup, each, ruling)
    return Effect(events, unindexed=unindexed, erasures=[row])


_OF_A_PAGE = frozenset({retention.AHEAD, hold.HELD, hold.WAITS})
"""Refusals of all children of a page that are its own answer; any others say that nothing is due."""


def _readable(lookup: Directory, numbers: Iterable[str]) -> list[Child]:
    """The children of these numbers that exist, without those whose own key is lost."""
    found = []
    for each in numbers:
        with suppress(KeyMissing):
            if child := lookup.child(each):
                found.append(child)
    return found


def _retention(
    lookup: Directory, command: Command, new_id: NewId, terms: Terms, ruling: Ruling, budget: Budget
) -> Effect | Refusal:
    """What a run does with those of its children of whom something is due; the others are left as they are.

    To bring children back costs nothing of a user's budget, and nothing stands in its way; a page on which nothing is
    done costs one, for it was judged. Who cannot be judged, for a key is lost, is left as it is: no child stops a run.
    """
    who, on = lookup.pseudonym(ruling.decided_by), date.fromisoformat(command.data["on"])
    act = retention.Act(command.data["act"])
    found = _readable(lookup, dict.fromkeys(command.data["children"]))
    if act is not retention.Act.RETURN and not budget.has_room(who, len(found)):
        budget.takes(who, len(found))
        return stewardship.TOO_MANY_TODAY
    judged, suspended = lookup.chronologies(found), lookup.suspended_sources()
    refusals: set[Refusal] = set()
    removed_since = iso_text(ruling.recorded_at - retention.DENIABLE)
    effects: list[Effect] = []
    taken = 0
    for child in found:
        number = str(child.id)
        try:
            absorbed = _family_of(lookup, child)
        except KeyMissing:
            continue
        if number in judged.unreadable:
            continue
        in_question = (
            number in judged.aside
            or bool(judged.sources.get(number, frozenset()) & suspended)
            or judged.removed.get(number, "") > removed_since
        )
        done = retention.run(child, absorbed, judged.records.get(number), on, ruling, act, suspended=in_question)
        if isinstance(done, Refusal):
            refusals.add(done)
            continue
        taken += done is not retention.Outcome.RETURNED
        if done is retention.Outcome.CONFIRMED:
            decided = erase_child(
                child, absorbed, lookup.readable_records(sorted(child.records)), new_id(), terms, ruling
            )
            assert not isinstance(decided, Refusal)
            effects.append(_erased(lookup, decided, terms, ruling))
        else:
            lookup.keep(child)
            effects.append(Effect(pending_events(child)))
    if act is not retention.Act.RETURN:
        budget.takes(who, max(taken, 1))
    if not effects:
        return refusals.pop() if len(refusals) == 1 and refusals <= _OF_A_PAGE else retention.NOT_DUE
    unindexed: dict[str, Sequence[int]] = {}
    for each in effects:
        unindexed |= each.unindexed
    events = [event for each in effects for event in each.events]
    return Effect(events, unindexed=unindexed, erasures=[row for each in effects for row in each.erasures])


_OF_HOLDS = {DecisionType.HOLD_PLACE: hold.place, DecisionType.HOLD_LIFT: hold.lift}


def _holding(lookup: Directory, command: Command, ruling: Ruling) -> Effect | Refusal:
    child = lookup.child(command.data["child"])
    decided = _OF_HOLDS[DecisionType(command.type)](child, _family_of(lookup, child), ruling)
    if isinstance(decided, Refusal):
        return decided
    for each in decided:
        lookup.keep(each)
    return Effect([event for each in decided for event in pending_events(each)])


_OF_IDENTITIES = (DecisionType.NEW_IDENTITY_REQUEST, DecisionType.NEW_IDENTITY_CONFIRM)


def _of_an_identity(lookup: Directory, command: Command, ruling: Ruling) -> Effect | Refusal:
    child = lookup.child(command.data["child"])
    if command.type == DecisionType.NEW_IDENTITY_REQUEST:
        decided = new_identity.request(child, command.data.get("expected", ()), ruling)
    else:
        decided = new_identity.confirm(child, _absorbed(lookup, child), ruling)
    if isinstance(decided, Refusal):
        return decided
    lookup.keep(decided)
    unindexed: dict[str, Sequence[int]] = {}
    if decided.is_closed:
        for record in decided.records:
            unindexed |= lookup.indexed_keys(record)
    return Effect(pending_events(decided), unindexed=unindexed)


def _opening(lookup: Directory, command: Command, ruling: Ruling) -> Effect | Refusal:
    stream, child = _record_named(lookup, command), lookup.child(command.data["child"])
    described = lookup.description(stream) if stream else None
    if stream is None or child is None or described is None:
        return stewardship.NOT_HERE
    record = str(stream)
    closed = [one for each in child.closed_for.get(record, ()) if (one := lookup.child(each))]
    decided = new_identity.open_record(child, record, described.originator_version, closed, ruling)
    if isinstance(decided, Refusal):
        return decided
    lookup.keep(decided)
    features = features_of(described.particulars, described.time, source=described.source)
    return Effect(pending_events(decided), indexed={record: (str(child.id), features, index_keys(features))})


def _family_of(lookup: Directory, child: Child | None) -> list[Child]:
    """Every child that was absorbed into this one, and has not left it."""
    return [one for each in _absorbed(lookup, child) if (one := lookup.child(each))]


def _absorbed(lookup: Directory, child: Child | None) -> list[str]:
    """Every child that was absorbed into this one, directly or not, and has not left it."""
    found: dict[str, None] = {}
    waiting = list(child.absorbed) if child else []
    while waiting:
        one = waiting.pop()
        absorbed = lookup.child(one)
        if one not in found and absorbed is not None and absorbed.superseded_by is not None:
            found[one] = None
            waiting += absorbed.absorbed
    return sorted(found)


_OF_FIT = {DecisionType.RECORD_ACCEPT: stewardship.accept, DecisionType.RECORD_SET_ASIDE: stewardship.take_back}

_OF_SHIELDS: Mapping[str, shielding.Decide] = {
    DecisionType.SHIELD_APPLY: shielding.apply,
    DecisionType.SHIELD_REVIEW: shielding.review,
    DecisionType.SHIELD_HAND_OVER: shielding.hand_over,
    DecisionType.SHIELD_LIFT: shielding.lift,
}


def _rule(lookup: Directory, command: Command, ruling: Ruling, new_id: NewId) -> RulingResult | Refusal:
    data = command.data
    if command.type in _OF_SHIELDS:
        decided = _OF_SHIELDS[command.type](lookup.child(data["child"]), data.get("custodian"), ruling)
        return decided if isinstance(decided, Refusal) else RulingResult((decided,), {}, False, (), ())
    if command.type in _OF_FIT:
        record = str(_record_named(lookup, command))
        decided = _OF_FIT[DecisionType(command.type)](lookup.child(data["child"]), record, ruling)
        return decided if isinstance(decided, Refusal) else RulingResult((decided,), {}, False, (), ())
    if command.type == DecisionType.SPLIT:
        return _split(lookup, data, ruling, new_id)
    left, right = lookup.child(data["left"]), lookup.child(data["right"])
    if command.type != DecisionType.MERGE:
        return stewardship.dismiss(left, right, ruling)
    if left and right and _is_known_first(lookup, right, left):
        left, right = right, left
    suspected = {record for child in (left, right) if child for record in child.like_shielded}
    records = {record for child in (left, right) if child for record in child.records}
    sources = lookup.sources_of(records) if suspected else {}
    openly = right is not None and lookup.is_known_openly(right.records)
    return stewardship.merge(left, right, ruling, lookup.versions_of(suspected), sources, openly=openly)


def _is_known_first(lookup: Directory, child: Child, other: Child) -> bool:
    """Whether ordinary agencies know the child and not the other, so that it keeps its number."""
    return lookup.is_known_openly(child.records) and not lookup.is_known_openly(other.records)


def _split(lookup: Directory, data: Mapping[str, Any], ruling: Ruling, new_id: NewId) -> RulingResult | Refusal:
    child = lookup.child(data["child"])
    found = _leaving(lookup, child, data.get("records"), data.get("undone"))
    if isinstance(found, Refusal):
        return found
    assert child is not None
    absorbed = lookup.child(found.absorbed) if found.absorbed else None
    versions = lookup.versions_of({*found.records, *child.like_shielded})
    sources = lookup.sources_of(child.records) if child.like_shielded else {}
    return stewardship.split(child, found, versions, absorbed, new_id(), ruling, sources=sources)


def _leaving(
    lookup: Directory, child: Child | None, named: list[dict[str, str]] | None, undone: str | None
) -> SplitRecords | Refusal:
    if named is None:
        return stewardship.records_to_split(child, None, undone)
    keys = [(each["source"], "subject", each["subject"]) for each in named]
    streams = lookup.streams_of(keys)
    if child is not None and not streams.keys() >= set(keys):
        return stewardship.NOT_HERE
    return stewardship.records_to_split(child, {str(stream) for stream in streams.values()})
