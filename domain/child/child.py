"""The child aggregate: the set of source records that are believed to be one person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.child.archive_events import Archived, ChildReturned, DestructionRequest
from domain.child.events import (
    ChildListed,
    ChildReinstated,
    ChildrenMerged,
    ChildSuperseded,
    MatchDismissed,
    MatchSuspected,
    RecordAcceptedBySteward,
    RecordContradicted,
    RecordHeldBack,
    RecordLinked,
    RecordsAccepted,
    RecordSetAsideBySteward,
    RecordsSetAside,
    RecordUnlinked,
    ShieldApplied,
    ShieldedChildListed,
    ShieldHandedOver,
    ShieldLifted,
    ShieldReviewed,
    SuspicionEnded,
)
from domain.child.hold_events import HoldPlaced, HoldRequest
from domain.child.identity_events import RecordClosed, RecordOpened
from domain.child.judgement import SPLIT, STEWARD, Absorbed, Comparison, Ruling
from domain.child.shield import Shield, stricter
from domain.event import RegisterEvent

_UNKNOWN: Mapping[str, str] = {}


class Suspected(NamedTuple):
    """A record that resembles others of shielded children; `alone` is True if no other agency knows its child."""

    record: str
    version: int
    like: frozenset[str]
    alone: bool


class Child(Aggregate):
    """One person as the directory knows it; `records` holds the stream ids of the linked source records as text.

    - `superseded_by` is the child that absorbed this one, or None; `absorbed` has, in order, the children that this one
      absorbed and may give back, with the records of each.
    - `shield` hides its whereabouts while there is one. `like_shielded` maps each record that resembles records of
      shielded children to these; for the records `held_back` the child is hidden from all but their sender.
    - `aside` has the records that are set aside, `accepted` those that a steward accepted all the same; each with the
      version from which it had ceased to fit.
    - `is_closed` is True once the child has a new identity, `requested` is by whom and why that was requested, and
      `expected` are the numbers, (source, subject), of the new identity. `closed_for` maps each closed record to the
      closed children that it names, `opened` each record to the records from which a custodian has distinguished it.
    - `is_destroyed` is True once nothing of it can be read, `lost` are the records that were destroyed without it.
      `held` is True while a legal hold prevents destruction; `hold_request` waits for a second data manager.
    - `archived` is since when and by which rules it is in the archive; `years_from` is from when its years there count,
      or counted when it was there last; `destruction_proposed` waits for a second data manager once they are over.
    - `merged_at` is when it last absorbed another child, or None.
    """

    records: set[str]
    superseded_by: str | None
    absorbed: dict[str, frozenset[str]]
    shield: Shield | None
    like_shielded: dict[str, frozenset[str]]
    held_back: set[str]
    aside: dict[str, int]
    is_closed: bool
    requested: tuple[str, str] | None
    expected: frozenset[tuple[str, str]]
    closed_for: dict[str, tuple[str, ...]]
    accepted: dict[str, int]
    opened: dict[str, frozenset[str]]
    is_destroyed: bool
    held: bool
    hold_request: HoldRequest | None
    lost: set[str]
    archived: Archived | None
    years_from: str | None
    destruction_proposed: DestructionRequest | None
    merged_at: datetime | None

    def __init__(self) -> None:
        self.records = set()
        self.superseded_by = None
        self.absorbed = {}
        self.shield = None
        self.like_shielded = {}
        self.held_back = set()
        self.aside = {}
        self.is_closed = False
        self.requested = None
        self.expected = frozenset()
        self.closed_for = {}
        self.accepted = {}
        self.opened = {}
        self.is_destroyed = False
        self.held = False
        self.hold_request = None
        self.lost = set()
        self.archived = None
        self.years_from = None
        self.destruction_proposed = None
        self.merged_at = None

    @property
    def is_held_back(self) -> bool:
        """Whether it is hidden until a steward decides whether it is a shielded child."""
        return bool(self.held_back)

    def opened_for(self, record: str) -> frozenset[str]:
        """The records of closed children from which a custodian has distinguished this record."""
        return self.opened.get(record, frozenset())

    @classmethod
    def listed(cls, child: UUID, cause: RegisterEvent, *, hidden: bool = False) -> "Child":
        """A new child, listed for `cause`, an event of a source record.

        With `hidden` an event that hides the child follows before the record is linked.
        """
        begun: Child = cls._create(ShieldedChildListed if hidden else ChildListed, id=child, **_following(cause))
        return begun

    @classmethod
    def split_off(
        cls, child: UUID, records: Mapping[str, int], ruling: Ruling, origin: "Child | None", rule: str = SPLIT
    ) -> "Child":
        """A new child for records (stream id → current version) that a steward splits from another, the `origin`.

        It inherits the shield of the origin.
        """
        first, version = next(iter(records.items()))
        kind = ShieldedChildListed if origin and origin.shield else ChildListed
        begun: Child = cls._create(kind, id=child, **ruling.provenance, record=first, record_version=version)
        begun.inherit([origin] if origin else (), ruling)
        begun._link_back(records, ruling, rule)
        return begun

    def link(self, cause: RegisterEvent, matcher: str, found: Comparison) -> None:
        """Links the record that `cause` belongs to, because of its comparison with another record of this child."""
        self.trigger_event(
            RecordLinked,
            **_following(cause),
            rule=found.rule,
            matcher=matcher,
            score=found.score,
            explanation=dict(found.explanation),
        )

    def merge(self, cause: RegisterEvent | Ruling, absorbed: Sequence[Absorbed], matcher: str = STEWARD) -> None:
        """Absorbs other children, on each of which `supersede` has to be called."""
        self.trigger_event(
            ChildrenMerged, **_decided(cause), matcher=matcher, merged=[each.as_data() for each in absorbed]
        )

    def supersede(self, by: UUID, cause: RegisterEvent | Ruling) -> None:
        """Marks this child as absorbed by another."""
        self.trigger_event(ChildSuperseded, **_provenance(cause), by=str(by))

    def unlink(self, records: Iterable[str], to: UUID, ruling: Ruling) -> None:
        """Gives records to another child, which takes them by `split_off` or `reinstate`.

        Of two people it is open which one the archive was meant for, so both leave it.
        """
        self.leave_archive(ruling)
        self.trigger_event(RecordUnlinked, **ruling.provenance, **ruling.sealed, records=sorted(records), to=str(to))

    def reinstate(self, records: Mapping[str, int], ruling: Ruling, origin: "Child | None", rule: str = SPLIT) -> None:
        """Becomes a child of its own again, with the records (stream id → current version) that `origin` gives back."""
        self.trigger_event(ChildReinstated, **ruling.provenance, **ruling.sealed)
        self.leave_archive(ruling)
        self.inherit([origin] if origin else (), ruling)
        if origin and self.shield and not origin.shield:
            # In force again although the survivor's was lifted: with this event the child's identity is stored again.
            fields = {"decided_by": None, "reason": None, "inherited_from": str(origin.id)}
            self.trigger_event(ShieldApplied, **ruling.provenance, **self.shield._asdict(), **fields)
        self._link_back(records, ruling, rule)

    def suspect(self, cause: RegisterEvent, matcher: str, suspicions: Sequence[Comparison]) -> None:
        """Queues the pairs of the record of `cause` and records of other children that may be one person."""
        self.trigger_event(
            MatchSuspected,
            **_following(cause),
            matcher=matcher,
            suspicions=[each.as_data() for each in suspicions],
        )

    def suspect_beside(self, record: str, version: int, matcher: str, found: Comparison, ruling: Ruling) -> None:
        """Queues a pair of a record of this child and one of another, because of a steward's decision."""
        named = {"record": record, "record_version": version, "matcher": matcher}
        self.trigger_event(MatchSuspected, **ruling.provenance, **named, suspicions=[found.as_data()])

    def doubt(self, record: str, version: int, matcher: str, found: Comparison, ruling: Ruling) -> None:
        """Queues a pair of records of this child, because of a steward's decision."""
        named = {"record": record, "record_version": version, "matcher": matcher}
        self.trigger_event(RecordContradicted, **ruling.provenance, **named, contradictions=[found.as_data()])

    def hold_back(self, cause: RegisterEvent, like: Sequence[str], *, alone: bool) -> None:
        """Hides the record of `cause` from all but its sender: it resembles these records of shielded children."""
        self.trigger_event(RecordHeldBack, **_following(cause), records=sorted(like), alone=alone)

    def end_suspicion(self, cause: RegisterEvent, others: Iterable[str]) -> None:
        """The record of `cause` no longer resembles these records of shielded children."""
        self.trigger_event(SuspicionEnded, **_following(cause), records=sorted(others))

    def keep_suspicions(
        self, suspected: Iterable[Suspected], cause: RegisterEvent | Ruling, sources: Mapping[str, str] = _UNKNOWN
    ) -> None:
        """Keeps the suspicions about records of this child after it has gained or lost records.

        `sources` has the agency of each record that counts. For a record that is not in it, `alone` stays as it was.
        """
        kept = [each._replace(like=like) for each in suspected if (like := each.like - self.records)]
        is_alone = self._is_known_by_these_alone({each.record for each in kept}, sources)
        for each in kept:
            self._be_like(each._replace(alone=is_alone) if each.record in sources else each, cause)

    def follow_shields(
        self,
        suspected: Iterable[Suspected],
        shielded: frozenset[str],
        cause: RegisterEvent | Ruling,
        sources: Mapping[str, str],
    ) -> None:
        """Hides or shows the child after shields of the children that it resembles were applied or lifted.

        `shielded` has the records of children that are shielded now, `sources` the agency of each record that counts.
        A child that another agency knows, too, stays visible.
        """
        hiding = {each.record for each in suspected if not shielded.isdisjoint(each.like)}
        is_alone = self._is_known_by_these_alone(hiding, sources)
        for each in suspected:
            self._be_like(each._replace(alone=is_alone and each.record in hiding), cause)

    def _is_known_by_these_alone(self, records: Collection[str], sources: Mapping[str, str]) -> bool:
        """Whether every agency with a counting record of the child has one among these."""
        known = {record: sources[record] for record in self.records if record in sources}
        return set(known.values()) <= {source for record, source in known.items() if record in records}

    def _be_like(self, each: Suspected, cause: RegisterEvent | Ruling) -> None:
        known = self.like_shielded.get(each.record), each.record in self.held_back
        if known != (each.like, each.alone):
            named = {"record": each.record, "record_version": each.version, "records": sorted(each.like)}
            self.trigger_event(RecordHeldBack, **_provenance(cause), **named, alone=each.alone)

    def suspected(self, versions: Mapping[str, int]) -> list[Suspected]:
        """Its records that resemble those of shielded children, as far as `versions` has their current version."""
        return [
            Suspected(record, versions[record], like, record in self.held_back)
            for record, like in sorted(self.like_shielded.items())
            if record in versions
        ]

    def no_longer_like(self, records: Iterable[str], others: Iterable[str]) -> None:
        """Records no longer resemble these of shielded children; only an event calls this."""
        for record in self.like_shielded.keys() & set(records):
            self.like_shielded[record] -= set(others)
            if not self.like_shielded[record]:
                del self.like_shielded[record]
                self.held_back.discard(record)

    def contradict(self, cause: RegisterEvent, matcher: str, contradictions: Sequence[Comparison]) -> None:
        """Queues the records of this child that the record of `cause` contradicts."""
        self.trigger_event(
            RecordContradicted,
            **_following(cause),
            matcher=matcher,
            contradictions=[each.as_data() for each in contradictions],
        )

    def set_aside(self, cause: RegisterEvent, matcher: str) -> None:
        """Sets the record of `cause` aside, from this event on."""
        record, since = str(cause.originator_id), cause.originator_version
        self.trigger_event(
            RecordsSetAside, **_following(cause), matcher=matcher, aside=[{"record": record, "since": since}]
        )

    def accept(self, cause: RegisterEvent, matcher: str, records: Iterable[str]) -> None:
        """Accepts records again that were set aside, and fit because of `cause`."""
        self.trigger_event(RecordsAccepted, **_following(cause), matcher=matcher, records=sorted(records))

    def accept_by_ruling(self, record: str, ruling: Ruling) -> None:
        """Accepts a record that is set aside, by a steward's decision."""
        which = {"record": record, "record_version": self.aside[record]}
        self.trigger_event(RecordAcceptedBySteward, **ruling.provenance, **ruling.sealed, **which)

    def set_aside_by_ruling(self, record: str, ruling: Ruling) -> None:
        """Sets a record aside again that a steward had accepted."""
        which = {"record": record, "record_version": self.accepted[record]}
        self.trigger_event(RecordSetAsideBySteward, **ruling.provenance, **ruling.sealed, **which)

    def inherit_aside(self, aside: Mapping[str, int], cause: RegisterEvent | Ruling, matcher: str = STEWARD) -> None:
        """Sets aside what absorbed children had set aside, once it has their records."""
        if aside:
            each = [{"record": record, "since": since} for record, since in sorted(aside.items())]
            self.trigger_event(RecordsSetAside, **_caused(cause), matcher=matcher, aside=each)

    def lose(self, records: Iterable[str]) -> None:
        """Records are destroyed; only an event calls this."""
        lost = set(records)
        self.records -= lost
        self.lost |= lost
        self.absorbed = {child: brought - lost for child, brought in self.absorbed.items()}
        self.no_longer_like(list(self.like_shielded.keys() & lost), set().union(*self.like_shielded.values()))
        for record in lost:
            for known in (self.aside, self.accepted, self.closed_for, self.opened):
                known.pop(record, None)

    def destroy(self) -> None:
        """All of it is destroyed; only an event calls this."""
        self.lose([*self.records])
        self.is_destroyed = True

    def close_record(self, cause: RegisterEvent, like: Iterable[str]) -> None:
        """Closes the record of `cause`, which names these closed children."""
        self.trigger_event(RecordClosed, **_following(cause), like=sorted(like))

    def open_record(self, cause: RegisterEvent) -> None:
        """Opens the record of `cause`, which names no closed child any more."""
        self.trigger_event(RecordOpened, **_following(cause), decided_by=None, like=[])

    def open_by(self, ruling: Ruling, record: str, version: int, like: Iterable[str]) -> None:
        """Opens a record, as it is in a version, that a custodian has distinguished from the records `like`."""
        about = {"record": record, "record_version": version, "decided_by": ruling.decided_by, "like": sorted(like)}
        self.trigger_event(RecordOpened, **ruling.provenance, **about)

    def dismiss(self, other: "Child", ruling: Ruling) -> None:
        """Records that the other child is somebody else."""
        self.trigger_event(
            MatchDismissed,
            **ruling.provenance,
            **ruling.sealed,
            other=str(other.id),
            records=sorted(self.records),
            other_records=sorted(self.compared_with(other)),
        )

    def compared_with(self, other: "Child") -> set[str]:
        """The records of another child that a dismissal covers, including destroyed ones that this child resembled."""
        return other.records | (other.lost & set().union(*self.like_shielded.values()))

    def apply_shield(self, review_by: str, custodian: str | None, ruling: Ruling) -> None:
        """Hides the child's whereabouts; `custodian` takes care of that, and of the child: it is in no archive then."""
        shield = Shield(ruling.time, review_by, custodian)
        fields = {**shield._asdict(), "inherited_from": None}
        self.trigger_event(ShieldApplied, **ruling.provenance, **ruling.sealed, **fields)
        self.leave_archive(ruling)

    def review_shield(self, review_by: str, ruling: Ruling) -> None:
        """Keeps the shield, which has to exist, until another review."""
        assert self.shield is not None
        fields = self.shield._replace(review_by=review_by)._asdict()
        self.trigger_event(ShieldReviewed, **ruling.provenance, **ruling.sealed, **fields)

    def hand_over_shield(self, custodian: str, ruling: Ruling) -> None:
        """Gives the shield, which has to exist, into the care of another authority."""
        assert self.shield is not None
        fields = self.shield._replace(custodian=custodian)._asdict()
        self.trigger_event(ShieldHandedOver, **ruling.provenance, **ruling.sealed, **fields)

    def lift_shield(self, ruling: Ruling) -> None:
        """Shows the child's whereabouts again."""
        self.trigger_event(ShieldLifted, **ruling.provenance, **ruling.sealed)

    def inherit(self, others: Iterable["Child"], cause: RegisterEvent | Ruling) -> None:
        """Takes over the shields of others, where stricter than its own, before it takes their records."""
        for other in others:
            strictest = stricter((self.shield, other.shield))
            if strictest and strictest != self.shield:
                fields = {"decided_by": None, "reason": None, "inherited_from": str(other.id)}
                self.trigger_event(ShieldApplied, **_provenance(cause), **strictest._asdict(), **fields)
                self.leave_archive(cause)

    def inherit_hold(self, others: Iterable["Child"], cause: RegisterEvent | Ruling) -> None:
        """Inherits a hold of children that it absorbs or is split from, which ends an earlier request."""
        for other in others:
            if other.held and (self.hold_request or not self.held):
                fields = {"decided_by": None, "reason": None, "inherited_from": str(other.id)}
                self.trigger_event(HoldPlaced, **_provenance(cause), **fields)

    def leave_archive(self, cause: RegisterEvent | Ruling) -> None:
        """Returns, where it is archived."""
        if self.archived:
            sealed = cause.sealed if isinstance(cause, Ruling) else {"decided_by": None, "reason": None}
            self.trigger_event(ChildReturned, **_provenance(cause), **sealed)

    def be_here_with(self, others: Iterable["Child"], cause: RegisterEvent | Ruling) -> None:
        """Returns where one of the others that it absorbs is not archived: nobody goes into the archive by that.

        Pass only those of whom an ordinary agency has a record: no clinic brings anybody back.
        """
        if any(other.archived is None for other in others):
            self.leave_archive(cause)

    def absorb(self, child: str, records: Iterable[str]) -> None:
        """Remembers the records of an absorbed child; only an event calls this."""
        self.absorbed.pop(child, None)
        self.absorbed[child] = frozenset(records)
        self.records.update(self.absorbed[child])

    def _link_back(self, records: Mapping[str, int], ruling: Ruling, rule: str) -> None:
        for record, version in records.items():
            self.trigger_event(
                RecordLinked,
                **ruling.provenance,
                record=record,
                record_version=version,
                rule=rule,
                matcher=STEWARD,
                score=1.0,
                explanation={},
            )


def _provenance(cause: RegisterEvent | Ruling) -> dict[str, Any]:
    if isinstance(cause, Ruling):
        return cause.provenance
    return {
        "timestamp": cause.timestamp,
        "source": cause.source,
        "restricted": cause.restricted,
        "time": cause.time,
    }


def _following(cause: RegisterEvent) -> dict[str, Any]:
    return {
        **_provenance(cause),
        "record": str(cause.originator_id),
        "record_version": cause.originator_version,
    }


def _caused(cause: RegisterEvent | Ruling) -> dict[str, Any]:
    if isinstance(cause, Ruling):
        return {**cause.provenance, "record": None, "record_version": None}
    return _following(cause)


def _decided(cause: RegisterEvent | Ruling) -> dict[str, Any]:
    return {**_caused(cause), **(cause.sealed if isinstance(cause, Ruling) else {"decided_by": None, "reason": None})}
