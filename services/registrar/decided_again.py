"""What a suspended agency's records had put together is decided again without them, and again once they count again.

That is part of the page that sets the records aside or restores them (`set_aside.py`), so both are done or neither.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.catalogue import names_of
from domain.child import Child, Comparison, Ruling
from domain.child.events import RecordsAccepted, RecordsSetAside, RecordUnlinked
from domain.event import RegisterEvent
from domain.matching import Candidate, Comparer, Features, Finding, judge_fit
from domain.matching.placement import Pairs
from domain.matching.regroup import MOST_REGROUPED, Block, Regrouped, found_between, regroup
from domain.suspension.parting import (
    RESTS_ON_SUSPENDED,
    Judged,
    joins_of,
    judge_again,
    part,
    rejoin,
    retained_block,
    set_aside_before,
    was_parted,
)
from services.registrar.batch_matcher import is_hidden
from services.registrar.cannot_link import cannot_link_pairs
from services.registrar.decide_batch import NewId
from services.registrar.linking import pending_events
from services.registrar.match_index import features_as_read
from services.registrar.placing import Placing, Streams, features_by
from services.registrar.store import sensitive_sources
from streams.store.database import Database


class DecidedAgain(NamedTuple):
    """The events that follow for children, the new child of each record that moves, and those that changed for it.

    `unlike` has the features of records that were set aside again, by what they have reported since alone.
    """

    events: Sequence[RegisterEvent] = ()
    moved: Mapping[str, str] = {}
    changed: Mapping[str, Child] = {}
    unlike: Mapping[str, Features] = {}


def decide_again(
    database: Database,
    streams: Streams,
    comparer: Comparer,
    placed: Sequence[Placing],
    causes: Mapping[str, RegisterEvent],
    ruling: Ruling,
    new_id: NewId,
    *,
    restored: bool,
) -> DecidedAgain:
    """What follows for the children of records that are `placed` anew, each because of an event of its own.

    `restored` says that some of them count again, so that children that were split may be one again.
    """
    placing_of = {each.record: each for each in placed}
    with database.transaction() as cursor:
        by_child = members_that_count(cursor, "record", list(placing_of), placing_of)
        sensitive = sensitive_sources(cursor)
        affected = _with_one_of(cursor, by_child, _MAY_COME_BACK if restored else _MAY_BE_BELIEVED)
    apart = {child for child, members in by_child.items() if _may_fall_apart(comparer, members)}
    known = _known(streams, sorted(apart | affected))
    families = _families(streams, known, apart, restored=restored)
    events: list[RegisterEvent] = []
    moved: dict[str, str] = {}
    changed: dict[str, Child] = {}
    for family in families:
        with database.transaction() as cursor:
            others = [str(each.child.id) for each in family.parted]
            more = members_that_count(cursor, "child", others, placing_of) if others else {}
            members = [*by_child[str(family.child.id)], *(each for some in more.values() for each in some)]
            cannot_link = cannot_link_pairs(cursor, [member.record for member in members])
        if len(members) < 2:
            continue
        deciding = _Deciding(family, streams, comparer, sensitive, ruling, new_id)
        deciding.decide(members, cannot_link)
        events += [event for child in deciding.changed for event in pending_events(child)]
        moved |= deciding.moved
        changed |= {str(child.id): child for child in deciding.changed}
    unlike: dict[str, Features] = {}
    for child, each in known.items():
        staying = [member for member in by_child[child] if member.record not in moved]
        if cause := next((causes[record] for record in sorted(each.child.records) if record in causes), None):
            since = set_aside_before(each.history)
            alone = _alone(streams, since, [member.record for member in staying if member.record in placing_of])
            staying = [member._replace(features=alone.get(member.record, member.features)) for member in staying]
            again = _judge_what_is_set_aside(each.child, since, staying, comparer, sensitive, cause)
            unlike |= {record: features for record, features in alone.items() if record in again}
            events += pending_events(each.child)
    return DecidedAgain(events, moved, changed, unlike)


def _alone(streams: Streams, since: Mapping[str, int], records: Collection[str]) -> dict[str, Features]:
    """The features of those of the records that did not fit their child since a version, by what they report since."""
    wanted = [UUID(record) for record in records if record in since]
    found = {}
    for record, history in streams.read(wanted):
        stream = str(record.id)
        if features := features_by(history, record.suspended_from, since[stream]):
            found[stream] = features
    return found


def _judge_what_is_set_aside(
    child: Child,
    since: Mapping[str, int],
    members: Sequence[Candidate],
    comparer: Comparer,
    sensitive: frozenset[str],
    cause: RegisterEvent,
) -> set[str]:
    """Accepts what was set aside because of a suspended record's reports; sets it aside again once they count again.

    Gives those that are set aside again of the records that were so `since` a version.
    """
    matcher, again = comparer.settings.version, set[str]()
    for member in members:
        if member.record in child.accepted or (member.record not in child.aside and member.record not in since):
            continue
        others, aside = [other for other in members if other != member], child.aside.keys() - {member.record}
        fit = judge_fit(comparer, member.features, others, aside, sensitive, child.accepted)
        if member.record in child.aside and not fit.aside:
            child.accept(cause, matcher, [member.record])
        elif member.record not in child.aside and fit.aside:
            child.inherit_aside({member.record: since[member.record]}, cause, matcher)
            again.add(member.record)
    return again


_MAY_BE_BELIEVED = names_of(RecordsSetAside)
_MAY_COME_BACK = names_of(RecordUnlinked, RecordsAccepted)
"""A child without such an event, whose records describe one person, is not read: nothing follows for it."""


def _with_one_of(cursor: Cursor, children: Collection[str], topics: Collection[str]) -> set[str]:
    cursor.execute(
        "select distinct stream::text from register.events where stream = any(%s::uuid[]) and topic = any(%s)",
        (list(children), sorted(topics)),
    )
    return {child for (child,) in cursor.fetchall()}


def _may_fall_apart(comparer: Comparer, members: Sequence[Candidate]) -> bool:
    """Whether the members alone do not describe one person: else no history has to be read."""
    return len(members) > MOST_REGROUPED or (len(members) > 1 and len(regroup(comparer, members, ()).blocks) > 1)


def members_that_count(
    cursor: Cursor, column: str, values: Sequence[str], placed: Mapping[str, Placing]
) -> dict[str, list[Candidate]]:
    """The records that count, as they are from now on, by child: of the children named, or of those of the records.

    They are in order of their ids: which of two is judged first may decide on the other.
    """
    condition = "child in (select child from register.match_index where record = any(%s::uuid[]))"
    cursor.execute(
        "select record::text, child::text, features, aside from register.match_index where "  # noqa: S608
        + (condition if column == "record" else "child = any(%s::uuid[])")
        + " order by record",
        (list(values),),
    )
    found: dict[str, list[Candidate]] = {}
    for record, child, stored, aside in cursor.fetchall():
        members = found.setdefault(child, [])
        now = placed.get(record)
        if not (now.aside if now else aside):
            members.append(Candidate(record, child, (now and now.features) or features_as_read(stored)))
    return found


class _ChildHistory(NamedTuple):
    """A child, and the events that made it."""

    child: Child
    history: Sequence[RegisterEvent]


class _Family(NamedTuple):
    """A child, those it absorbed, directly or not, and those that suspensions parted from it."""

    known: _ChildHistory
    absorbed: Mapping[str, _ChildHistory]
    parted: Sequence[_ChildHistory]

    @property
    def child(self) -> Child:
        """The child whose records have changed."""
        return self.known.child


def _families(
    streams: Streams, known: Mapping[str, _ChildHistory], apart: Collection[str], *, restored: bool
) -> list[_Family]:
    parted = {child: _given_to(each) if restored else () for child, each in known.items()}
    others = _known(streams, [to for some in parted.values() for to in some])
    families = []
    for child, each in known.items():
        mine = [
            others[to]
            for to in parted[child]
            if to in others and _is_at_work(others[to].child) and was_parted(others[to].history)
        ]
        if mine or child in apart:
            families.append(_Family(each, _all_absorbed(streams, [each, *mine]), mine))
    return families


def _is_at_work(child: Child) -> bool:
    return child.superseded_by is None and not child.is_closed


def _given_to(known: _ChildHistory) -> Sequence[str]:
    """The children to which it gave records, each once."""
    return list(dict.fromkeys(event.to for event in known.history if isinstance(event, RecordUnlinked)))


def _all_absorbed(streams: Streams, family: Iterable[_ChildHistory]) -> Mapping[str, _ChildHistory]:
    found: dict[str, _ChildHistory] = {}
    wanted = {child for each in family for child in each.child.absorbed}
    while wanted:
        more = _known(streams, sorted(wanted))
        found |= more
        wanted = {child for each in more.values() for child in each.child.absorbed} - found.keys() - wanted
    return found


def _known(streams: Streams, children: Sequence[str]) -> dict[str, _ChildHistory]:
    return {
        str(child.id): _ChildHistory(child, history)
        for child, history in streams.read([UUID(child) for child in children])
        if isinstance(child, Child)
    }


class _Deciding:
    """The decision on one family, whose `changed` children have new events."""

    def __init__(
        self,
        family: _Family,
        streams: Streams,
        comparer: Comparer,
        sensitive: frozenset[str],
        ruling: Ruling,
        new_id: NewId,
    ) -> None:
        self._family, self._comparer, self._sensitive = family, comparer, sensitive
        self._ruling, self._new_id = ruling, new_id
        held = [each for known in (family.known, *family.parted) for each in known.child.records]
        self._records = {str(record.id): (record, history) for record, history in streams.read(list(map(UUID, held)))}
        self._children: dict[str, Child] = {}
        self._versions: dict[str, int] = {}
        self._source_of: dict[str, str] = {}
        self.moved: dict[str, str] = {}

    @property
    def changed(self) -> Sequence[Child]:
        """Those with new events, in the order in which they were changed."""
        return list(self._children.values())

    def decide(self, members: Sequence[Candidate], cannot_link: Pairs) -> None:
        """Splits what nothing holds together any more, or puts together again what something does."""
        known = [member for member in members if member.record in self._records]
        known.sort(key=lambda member: (self._records[member.record][1][0].timestamp, member.record))
        if len(known) > MOST_REGROUPED:
            self._doubt(known, Regrouped([frozenset((member.record,)) for member in known], {}))
            return
        self._versions = {member.record: self._version(member.record) for member in known}
        self._source_of = {member.record: member.features.source for member in known}
        judged = self._judge(known, cannot_link)
        child = self._family.child
        for parted in self._family.parted:
            self._rejoin(parted.child, judged.regrouped)
        blocks = [block & child.records for block in judged.regrouped.blocks if block & child.records]
        if len(blocks) > 1 and not is_hidden(child):
            self._split(blocks, judged.regrouped)
        elif len(blocks) > 1 or judged.without:
            self._doubt(known, judged.without or judged.regrouped)

    def _judge(self, members: Sequence[Candidate], cannot_link: Pairs) -> Judged:
        family = [self._family.known, *self._family.absorbed.values(), *self._family.parted]
        joins = [join for known in family for join in joins_of(known.history)]
        since: dict[str, datetime] = {}
        for stream, (record, history) in self._records.items():
            if record.suspended_from is not None:
                since[stream] = history[record.suspended_from - 1].timestamp
        silent = {record for known in family for record in known.child.aside}
        return judge_again(self._comparer, members, joins, since, cannot_link, silent)

    def _rejoin(self, parted: Child, regrouped: Regrouped) -> None:
        child = self._family.child
        if not any(block & child.records and block & parted.records for block in regrouped.blocks):
            return
        if is_hidden(child) or is_hidden(parted):
            self._suspect(parted, frozenset(parted.records), frozenset(child.records), regrouped)
            return
        self.moved |= dict.fromkeys(parted.records, str(child.id))
        known = {self._source_of[record] for record in parted.records if record in self._source_of}
        openly = not known <= self._sensitive
        rejoin(child, parted, self._ruling, self._versions, self._source_of, openly=openly)
        self._keep(child, parted)

    def _split(self, blocks: Sequence[Block], regrouped: Regrouped) -> None:
        child = self._family.child
        absorbed = {
            one: known.child
            for one, known in self._family.absorbed.items()
            if known.child.superseded_by == str(child.id)
        }
        staying = [retained_block(child, blocks, self._source_of, self._sensitive)]
        for block in blocks:
            if block in staying:
                continue
            result = part(child, block, self._versions, absorbed, self._new_id(), self._ruling, self._source_of)
            self._keep(*result.children)
            self.moved |= result.moved
            for other in staying:
                self._suspect(result.children[1], block, other, regrouped)
            staying.append(block)

    def _suspect(self, child: Child, block: Block, other: Block, regrouped: Regrouped) -> None:
        """Queues the evidence that is left for both being one child, as the matcher would have done."""
        if found := found_between(self._comparer, regrouped, block, other):
            record, finding = found
            self._keep(child)
            child.suspect_beside(record, self._version(record), self._matcher, self._compared(finding), self._ruling)

    def _doubt(self, members: Sequence[Candidate], regrouped: Regrouped) -> None:
        """Queues a pair of records that only a steward may split."""
        one, other, *_ = (next(m for m in members if m.record in block) for block in regrouped.blocks)
        evidence = self._comparer.compare(one.features, other.features)
        finding = Finding(one.child, other.record, RESTS_ON_SUSPENDED, evidence)
        self._keep(self._family.child)
        version = self._version(one.record)
        self._family.child.doubt(one.record, version, self._matcher, self._compared(finding), self._ruling)

    @property
    def _matcher(self) -> str:
        return self._comparer.settings.version

    def _version(self, record: str) -> int:
        return int(self._records[record][0].version)

    def _compared(self, found: Finding) -> Comparison:
        score = round(found.evidence.probability, 4)
        return Comparison(found.record, found.rule, score, self._comparer.explain(found.evidence))

    def _keep(self, *children: Child) -> None:
        self._children |= {str(child.id): child for child in children}
