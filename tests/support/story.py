"""A register log in the making: what agencies reported of invented children, as it is on the log's topic."""

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any
from uuid import UUID, uuid4

import orjson

from projections.base.projection import KeyDestroyed, PublishedEvent
from streams.codec import decode_event

TIME = "2008-10-23T13:23:00.000000Z"
ADA = {"given_name": "Ada", "family_name": "Quaternion", "date_of_birth": "2001-02-03", "gender": "female"}


class Seals:
    """Seals with base64 and opens that; a stream in `destroyed` has lost its key."""

    def __init__(self) -> None:
        self.destroyed: set[str] = set()

    def prefetch(self, streams: Iterable[str]) -> None:
        """Has nothing to fetch."""

    def seal(self, stream: str, version: int, personal: dict[str, Any]) -> str:
        return b64encode(orjson.dumps(personal)).decode()

    def open(self, stream: str, version: int, sealed: str) -> dict[str, Any]:
        if stream in self.destroyed:
            raise KeyDestroyed(stream)
        personal: dict[str, Any] = orjson.loads(b64decode(sealed, validate=True))
        return personal


class Story:
    """Each method appends one event; `values` holds them as bytes, in order of position. Equal seeds give equal ids."""

    NOT_REPEATED = ("RecordRemoved", "RecordRestored", "RecordResumed", "RecordSuspended", "Consent", "Erasure")
    """Types of events of a record that are not repeated when it is restored."""

    def __init__(self, seals: Seals | None = None, seed: int = 0) -> None:
        self._chance = Random(seed)
        self.seals = seals or Seals()
        self.values: list[bytes] = []
        self.versions: Counter[str] = Counter()
        self.clock = 0
        self.members: dict[str, list[str]] = {}
        self.shields: set[str] = set()

    @property
    def events(self) -> list[PublishedEvent]:
        return [decode_event(value, self.seals) for value in self.values]

    def new_id(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))

    def append(
        self,
        stream: str,
        kind: str,
        data: dict[str, Any] | None = None,
        personal: dict[str, Any] | None = None,
        source: str = "gp",
        time: str = TIME,
    ) -> int:
        """Appends an event of any kind; returns its version."""
        self.versions[stream] += 1
        self.clock += 1
        event: dict[str, Any] = {
            "type": kind if "." in kind else f"{kind}.v1",
            "subject": stream,
            "position": len(self.values) + 1,
            "version": self.versions[stream],
            "source": f"urn:agency:{source}",
            "time": time,
            "recordedat": f"2026-11-23T10:00:{self.clock // 1000:02}.{self.clock % 1000:03}000Z",
        }
        if personal is not None:
            personal = {"caused_by": f"s-{self.clock}", **personal}
            event["sealed"] = self.seals.seal(stream, self.versions[stream], personal)
        self.values.append(orjson.dumps({**event, "data": data or {}}))
        return self.versions[stream]

    def registered(
        self, source: str = "gp", subject: str = "S1", time: str = TIME, kind: str | None = None, **particulars: Any
    ) -> str:
        """An agency holds a new record; returns its stream."""
        stream = self.new_id()
        self.registered_again(stream, source, subject, time, kind, **particulars)
        return stream

    def registered_again(
        self,
        stream: str,
        source: str = "gp",
        subject: str = "S1",
        time: str = TIME,
        kind: str | None = None,
        **particulars: Any,
    ) -> None:
        personal = {"subject": subject, "particulars": ADA | particulars}
        self.append(stream, "RecordRegistered.v2", {"kind": kind}, personal, source, time)

    def amended(self, stream: str, subject: str = "S1", kind: str | None = None, **particulars: Any) -> None:
        personal = {"subject": subject, "particulars": ADA | particulars}
        self.append(stream, "RecordAmended.v2", {"kind": kind}, personal)

    def deregistered(self, stream: str, on: str = "2010-01-01") -> None:
        self.append(stream, "RecordDeregistered", {}, {"reason": "moved-away", "on": on})

    def removed(self, stream: str) -> None:
        self.append(stream, "RecordRemoved", {}, {"reason": "registered-in-error", "on": "2010-01-01"})

    def involved(self, stream: str, number: int = 1, *, again: bool = False, time: str = TIME, **details: Any) -> None:
        involvement = {"involvement": f"I{number}", "service": "gp", "started_on": "2008-01-01", **details}
        self.append(
            stream, "InvolvementStarted", {"number": number, "again": again}, {"involvement": involvement}, "gp", time
        )

    def ended(self, stream: str, number: int = 1) -> None:
        self.append(stream, "InvolvementEnded", {"number": number}, {"ended_on": "2009-01-01"})

    def flagged(self, stream: str, number: int = 1, *, again: bool = False) -> None:
        flag = {"flag": "looked-after", "raised_on": "2008-01-01", "contact": {"name": "Grace"}}
        self.append(stream, "FlagRaised", {"number": number, "again": again}, flag)

    def unflagged(self, stream: str, number: int = 1, on: str = "2009-01-01") -> None:
        self.append(stream, "FlagLowered", {"number": number}, {"flag": "looked-after", "lowered_on": on})

    def listed(self, record: str, source: str = "gp") -> str:
        """The directory has a new child with this record; returns the child."""
        child = self.new_id()
        self.append(child, "ChildListed", {"record": record, "record_version": self.versions[record]}, None, source)
        self.members[child] = [record]
        return child

    def linked(self, child: str, record: str, source: str = "gp") -> None:
        why = {
            "rule": "nhs-number",
            "matcher": "deterministic/1",
            "score": 1.0,
            "explanation": {"nhs_number": "agrees"},
        }
        data = {"record": record, "record_version": self.versions[record], **why}
        self.append(child, "RecordLinked", data, None, source)
        self.members[child].append(record)

    def merged(self, survivor: str, absorbed: str) -> list[str]:
        """A steward merges two children; returns the records that the absorbed one brings."""
        brought = self.members.pop(absorbed)
        self.members[survivor] += brought
        if absorbed in self.shields:
            self.shielded(survivor, inherited_from=absorbed)
        merge = {"child": absorbed, "records": brought, "rule": "merge", "score": 1.0, "with": None, "explanation": {}}
        nothing = {"record": None, "record_version": None, "matcher": "steward"}
        self.decides(survivor, "ChildrenMerged", {**nothing, "merged": [merge]})
        self.decides(absorbed, "ChildSuperseded", {"by": survivor}, sealed=False)
        return brought

    def given_back(self, survivor: str, absorbed: str, records: list[str]) -> None:
        """A steward undoes that merge."""
        self.members[survivor] = [each for each in self.members[survivor] if each not in records]
        self.members[absorbed] = list(records)
        self.decides(survivor, "RecordUnlinked", {"records": records, "to": absorbed})
        self.decides(absorbed, "ChildReinstated", {})
        if survivor in self.shields:
            self.shielded(absorbed, inherited_from=survivor)
        for record in records:
            why: dict[str, Any] = {"rule": "split", "matcher": "steward", "score": 1.0, "explanation": {}}
            data = {"record": record, "record_version": self.versions[record], **why}
            self.decides(absorbed, "RecordLinked", data, sealed=False)

    def shielded(
        self, child: str, review_by: str = "2027-05-24", inherited_from: str | None = None, custodian: str | None = None
    ) -> None:
        """A steward hides a child, or it inherits the shield of another."""
        self.shields.add(child)
        since = "2026-11-24T00:00:00.000000Z"
        data = {"since": since, "review_by": review_by, "custodian": custodian, "inherited_from": inherited_from}
        self.decides(child, "ShieldApplied.v2", data)

    def unshielded(self, child: str) -> None:
        """A steward lifts the shield."""
        self.shields.discard(child)
        self.decides(child, "ShieldLifted", {})

    def dismissed(self, left: str, right: str) -> None:
        """A steward dismisses that two children are one."""
        data = {"other": right, "records": self.members[left], "other_records": self.members[right]}
        self.decides(left, "MatchDismissed", data)

    def suspected(self, child: str, record: str, *others: str, score: float = 0.7, rule: str = "possible") -> None:
        """The matcher names records that may be about the same child as this one."""
        self._compared(child, "MatchSuspected", "suspicions", record, others, score, rule)

    def held_back(self, child: str, record: str, *others: str) -> None:
        """A record of the child is like shielded children's records."""
        data = {"record": record, "record_version": self.versions[record], "records": list(others), "alone": True}
        self.append(child, "RecordHeldBack", data)

    def not_suspected(self, child: str, record: str, *others: str) -> None:
        """An amended record of the child is like those of shielded children no more."""
        data = {"record": record, "record_version": self.versions[record], "records": list(others)}
        self.append(child, "SuspicionEnded", data)

    def contradicted(self, child: str, record: str, *others: str, rule: str = "possible") -> None:
        """The matcher names records of its own child that this one contradicts."""
        self._compared(child, "RecordContradicted", "contradictions", record, others, 0.1, rule)

    def suspended(self, record: str) -> None:
        """The agency of a record is suspended, and what it reports there set aside."""
        suspension = self.new_id()
        self.decides(suspension, "AgencySuspended", {"set_aside": True, "since": None})
        cause = {"suspension": suspension, "suspension_version": 1}
        self.append(record, "RecordSuspended", {"from_version": 1}, cause, "stewardship")

    def resumed(self, record: str) -> None:
        """What the agency of a record reported there counts again."""
        suspension = self.new_id()
        self.decides(suspension, "AgencyResumed", {})
        cause = {"suspension": suspension, "suspension_version": 1}
        self.append(record, "RecordResumed", {}, cause, "stewardship")

    def taken_back(self, record: str) -> None:
        """The agency of a record is suspended, and its removal, the last event, counts no more."""
        suspension, removal = self.new_id(), self.versions[record]
        self.decides(suspension, "AgencySuspended", {"set_aside": True, "since": "2026-11-20T00:00:00.000000Z"})
        cause = {"suspension": suspension, "suspension_version": 1}
        self.append(record, "RecordSuspended", {"from_version": removal}, cause, "stewardship")
        repeated = [
            {name: getattr(event, name) for name in ("version", "type", "time", "source", "data", "personal")}
            for event in self.events
            if event.stream == record and not event.type.startswith(self.NOT_REPEATED)
        ]
        gone = [each.version for each in self.events if each.stream == record and each.type.startswith("RecordRemoved")]
        self.append(record, "RecordRestored", {"removals": gone}, {**cause, "told": repeated}, "stewardship")

    def removed_again(self, record: str, source: str = "gp") -> None:
        """That removal holds again."""
        suspension = self.new_id()
        self.decides(suspension, "AgencyResumed", {})
        cause = {"suspension": suspension, "suspension_version": 1}
        self.append(record, "RecordResumed", {}, cause, "stewardship")
        self.append(record, "RecordRemovedAgain", {}, {"reason": "registered-in-error", "on": "2010-01-01"}, source)

    def set_aside(self, child: str, record: str) -> None:
        """The matcher sets a record aside that does not fit its child any more."""
        cause = {"record": record, "record_version": self.versions[record], "matcher": "test/1"}
        aside = [{"record": record, "since": self.versions[record]}]
        self.append(child, "RecordsSetAside", {**cause, "aside": aside})

    def accepted(self, child: str, record: str) -> None:
        """The matcher finds that a record fits its child again."""
        cause = {"record": record, "record_version": self.versions[record], "matcher": "test/1"}
        self.append(child, "RecordsAccepted", {**cause, "records": [record]})

    def ruled_on(self, child: str, record: str, *, aside: bool) -> None:
        """A steward accepts a record that was set aside, or takes that back."""
        kind = "RecordSetAsideBySteward" if aside else "RecordAcceptedBySteward"
        self.decides(child, kind, {"record": record, "record_version": self.versions[record]})

    def _compared(
        self,
        child: str,
        kind: str,
        name: str,
        record: str,
        others: Iterable[str],
        score: float,
        rule: str = "possible",
    ) -> None:
        why = {"rule": rule, "score": score, "explanation": {"given_name": "close", "date_of_birth": "differs"}}
        data = {"record": record, "record_version": self.versions[record], "matcher": "test/1"}
        self.append(child, kind, {**data, name: [{"record": other, **why} for other in others]})

    def decides(self, stream: str, kind: str, data: dict[str, Any], *, sealed: bool = True) -> None:
        """Appends an event of a steward's decision."""
        personal = {"decided_by": "a-steward", "reason": "looked at both", "caused_by": None} if sealed else None
        self.append(stream, kind, data, personal, source="stewardship")
        self.values[-1] = self.values[-1].replace(b"urn:agency:stewardship", b"urn:contactpoint:stewardship")

    def ada(self) -> str:
        """Ada, known to a GP only; returns the child."""
        return self.listed(self.registered())


def receipt(
    submission: str | None,
    message: str,
    outcome: str = "accepted",
    source: str | None = "urn:agency:gp",
    **more: Any,
) -> bytes:
    """A receipt as it is on a receipts topic."""
    return orjson.dumps(
        {
            "source": source,
            "submission": submission,
            "outcome": outcome,
            "reasons": []
            if outcome == "accepted"
            else [{"field": None, "code": "no-consent", "message": "no consent"}],
            "message": message,
            "recorded_at": "2026-11-23T10:00:00.000000Z",
            "position": None,
            **more,
        }
    )


def look(position: int, children: list[str], user: str = "demo", stream: str | None = None, version: int = 1) -> bytes:
    """An event of the access log as it is on its topic."""
    sealed = b64encode(orjson.dumps({"user": user, "reason": "an enquiry", "asked": {}})).decode()
    return orjson.dumps(
        {
            "type": "ChildrenShown.v1",
            "subject": stream or str(uuid4()),
            "position": position,
            "version": version,
            "source": "urn:contactpoint:api",
            "time": TIME,
            "recordedat": f"2026-11-23T10:00:00.{position:06}Z",
            "sealed": sealed,
            "data": {"action": "show", "children": children, "count": len(children)},
        }
    )
