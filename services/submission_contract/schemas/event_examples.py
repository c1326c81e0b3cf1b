"""One example of every event of the catalogue: what follows from the example submissions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from domain.agency import Agency
from domain.catalogue import WIRE_NAMES
from domain.child import Absorbed, Child, Comparison, Ruling, hold, new_identity
from domain.child.archive_events import ChildArchived, ChildReturned, DestructionProposed
from domain.child.events import RecordHeldBack, SuspicionEnded
from domain.child.hold_events import HoldAsked, HoldLifted, HoldPlaced
from domain.child.identity_events import NewIdentityGiven, NewIdentityRequested, RecordClosed, RecordOpened
from domain.erasure import (
    ChildDestroyed,
    ErasureDecided,
    ErasureFenced,
    RecordsErased,
    erase_child,
    erase_record,
)
from domain.erasure.decide import BY_DECISION, Terms
from domain.event import RegisterEvent, fields_of
from domain.source_record import Command, Refusal, SourceRecord, decide
from domain.suspension import remove, resume, suspend
from domain.suspension.records import Cause, follow, removals_of, remove_again, restore
from services.submission_contract.schemas.access_examples import access_events
from services.submission_contract.schemas.examples import (
    AUTHORITY,
    CLINIC,
    SENSITIVE_STORY,
    STORY,
    SURGERY,
    SURGERY_STORY,
)
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing
from streams.crypto.sealing import KeyEncryptionKey

RECORDED_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
RULING = Ruling(
    "demo-data-manager",
    "one girl with two surgeries",
    RECORDED_AT,
    RECORDED_AT.isoformat(timespec="microseconds")[:-6] + "Z",
)
MATCHER = "fellegi-sunter/1"
EXPLANATION = {
    "given_name": "same: +8.0 -0.1 +8.0",
    "family_name": "same: +0.0 -0.1 +9.1",
    "date_of_birth": "typing: +3.1 +1.3 +2.6",
    "gender": "same: +1.0 +0.0 +1.0",
}
NOBODY_LIKE_IT = Comparison("", "first-record", 0.0, {})
RECORD = UUID("8c1f6d0e-2f0b-4a53-9d54-6f3f3b7a0c11")
SURGERY_RECORD = UUID("3a9b2c4d-6e1f-4078-b5a6-c7d8e9f01233")
SENSITIVE_RECORD = UUID("5e0c7a1b-93d4-4c0e-8f6b-0d2a7b1e4422")
CHILD = UUID("0b6d2f3a-71c8-4f55-a1e0-3c9d5e8f7733")
ERASURE = UUID("7b3d9e5f-1c2a-4e6b-8d0f-2a4c6e8b0d1f")
SUSPENSION = UUID("2f7c8d1e-0a3b-4c5d-9e6f-7a8b9c0d1e2f")
OTHER_CHILD = UUID("6d1e9b70-45a2-4c38-9e07-b1f2a3c45566")
SEALED = "AXNlYWxlZCBwZXJzb25hbCBmaWVsZHM="
"""In the examples in place of what is sealed, which differs each time and only the key ring can open."""
MAC = "SE1BQy1TSEEtMjU2IG92ZXIgdGhlIG90aGVyIGJ5dGVz"
"""In place of the MAC, which needs a key."""


def command(submission: dict[str, Any]) -> Command:
    """The command in an example submission."""
    time = submission["time"].replace("Z", ".000000Z")
    return Command(**{field: submission[field] for field in Command._fields} | {"time": time})


def events() -> dict[str, RegisterEvent]:
    """One example of each event, by its wire name; the one of the sensitive service is restricted."""
    of_authority = _record(STORY, AUTHORITY, RECORD)
    of_surgery = _record(SURGERY_STORY, SURGERY, SURGERY_RECORD)
    of_clinic = _record(SENSITIVE_STORY, CLINIC, SENSITIVE_RECORD)
    examples = [*of_authority, of_clinic[-1], *_child(of_authority[0], of_surgery[0])]
    examples += [
        *_stewardship(of_authority[0], of_surgery[0]),
        *_shielding(of_surgery[0]),
        *_suspension(),
        *_taken_back(),
        _removal(),
        *_destruction(),
        *_holding(),
        *_archive(),
        *_likeness(of_authority[0], of_surgery),
        *_new_identity(of_authority[0], of_surgery),
        *access_events(str(CHILD), str(SENSITIVE_RECORD), RECORDED_AT),
    ]
    return {WIRE_NAMES[type(event)]: event for event in examples}


def cloud_event(event: RegisterEvent, position: int) -> dict[str, Any]:
    """An event as a message of its topic, with SEALED in the place of what is sealed and MAC in that of its MAC."""
    mapper = EventMapper(KeyRing(KeyEncryptionKey(bytes(32)), lambda _: ()))
    stored = mapper.to_stored_event(event)
    state = orjson.loads(stored.state)
    return {
        "specversion": "1.0",
        "id": f"{stored.originator_id}.{stored.originator_version}",
        "type": stored.topic,
        "subject": str(stored.originator_id),
        "position": position,
        "version": stored.originator_version,
        **(state | {"sealed": SEALED} if "sealed" in state else state),
        "mac": MAC,
    }


def _record(submissions: tuple[dict[str, Any], ...], agency: Agency, stream: UUID) -> list[RegisterEvent]:
    record: SourceRecord | None = None
    for each in submissions:
        decided = decide(record, command(each), agency, new_id=stream, recorded_at=RECORDED_AT)
        assert not isinstance(decided, Refusal), decided.code
        record = decided
    assert record is not None
    return [event for event in record.collect_events() if isinstance(event, RegisterEvent)]


def _child(first: RegisterEvent, second: RegisterEvent) -> list[RegisterEvent]:
    """The child that `first` lists, and that the record of `second` is linked to."""
    child = Child.listed(CHILD, first)
    child.link(first, MATCHER, NOBODY_LIKE_IT)
    child.link(second, MATCHER, Comparison(str(first.originator_id), "certain", 0.9999, EXPLANATION))
    return [event for event in child.collect_events() if isinstance(event, RegisterEvent)]


def _stewardship(first: RegisterEvent, second: RegisterEvent) -> list[RegisterEvent]:
    """Two children that might be one: queued, dismissed, merged all the same, and split again."""
    child, other = Child.listed(CHILD, first), Child.listed(OTHER_CHILD, second)
    for each, cause in ((child, first), (other, second)):
        each.link(cause, MATCHER, NOBODY_LIKE_IT)
    records = (str(first.originator_id), str(second.originator_id))
    other.suspect(second, MATCHER, [Comparison(records[0], "possible", 0.7, EXPLANATION)])
    child.dismiss(other, RULING)
    child.merge(RULING, [Absorbed(str(OTHER_CHILD), records[1:], "merge", 1.0, None, {})])
    other.supersede(CHILD, RULING)
    child.contradict(second, MATCHER, [Comparison(records[0], "contradiction", 0.1, EXPLANATION)])
    child.set_aside(second, MATCHER)
    child.accept_by_ruling(records[1], RULING)
    child.set_aside_by_ruling(records[1], RULING)
    child.accept(second, MATCHER, records[1:])
    child.unlink(records[1:], OTHER_CHILD, RULING)
    other.reinstate({records[1]: 1}, RULING, child)
    made = [*child.collect_events(), *other.collect_events()]
    return [event for event in made if isinstance(event, RegisterEvent) and WIRE_NAMES[type(event)] not in _OF_MATCHER]


def _shielding(first: RegisterEvent) -> list[RegisterEvent]:
    """A child listed where it may be a shielded one; then its own shield is applied, kept, given away, lifted."""
    child = Child.listed(OTHER_CHILD, first, hidden=True)
    child.apply_shield("2027-05-23", "E06999001", RULING)
    child.review_shield("2027-11-20", RULING)
    child.hand_over_shield("E06999002", RULING)
    child.lift_shield(RULING)
    return [event for event in child.collect_events() if isinstance(event, RegisterEvent)]


def _removal() -> RegisterEvent:
    """A surgery's record that a steward removes."""
    first = _record(SURGERY_STORY, SURGERY, SURGERY_RECORD)[0]
    record: Any = first.mutate(None)
    child = Child.listed(CHILD, first)
    child.link(first, MATCHER, NOBODY_LIKE_IT)
    removed = remove(record, child, "5b0f2a77-5f2e-4f0e-9d55-0c1f3c6a8e21.1", RULING)
    assert not isinstance(removed, Refusal)
    event = removed.collect_events()[-1]
    assert isinstance(event, RegisterEvent)
    return event


def _destruction() -> list[RegisterEvent]:
    """A surgery's record that is destroyed, and then its child with another record."""
    first, second = _record(STORY, AUTHORITY, RECORD)[0], _record(SURGERY_STORY, SURGERY, SURGERY_RECORD)[0]
    child = Child.listed(CHILD, first)
    for cause in (first, second):
        child.link(cause, MATCHER, NOBODY_LIKE_IT)
    terms = Terms(BY_DECISION, None, date(2026, 12, 28))
    record: Any = second.mutate(None)
    one = erase_record(child, [], record, ERASURE, terms, RULING)
    other: Any = first.mutate(None)
    both = erase_child(child, [], [other], ERASURE, terms, RULING)
    assert not isinstance(one, Refusal)
    assert not isinstance(both, Refusal)
    made = [*one.erasure.collect_events(), *record.collect_events(), *child.collect_events()]
    kinds = (ErasureDecided, ErasureFenced, RecordsErased, ChildDestroyed)
    return [event for event in made if isinstance(event, kinds)]


def _holding() -> list[RegisterEvent]:
    """A child that is held, by two data managers, and held no more."""
    child = Child.listed(CHILD, _record(STORY, AUTHORITY, RECORD)[0])
    for decided in (hold.place, hold.lift):
        for by in (RULING.decided_by, "another-manager"):
            assert not isinstance(decided(child, [], RULING._replace(decided_by=by)), Refusal)
    return [event for event in child.collect_events() if isinstance(event, HoldAsked | HoldPlaced | HoldLifted)]


def _archive() -> list[RegisterEvent]:
    """A child that is archived, is to be destroyed six years later, and returns."""
    registered = _record(STORY, AUTHORITY, RECORD)[0]
    child = Child.listed(CHILD, registered)
    decided = {**RULING.provenance, **RULING.sealed}
    child.trigger_event(ChildArchived, **decided, on="2026-11-20", rules=["reached-18"], years_from="2026-11-20")
    child.trigger_event(DestructionProposed, **decided, on="2032-11-24")
    child.leave_archive(registered)
    kinds = (ChildArchived, ChildReturned, DestructionProposed)
    return [event for event in child.collect_events() if isinstance(event, kinds)]


def _suspension() -> list[RegisterEvent]:
    """An agency that is suspended, with what it reported, and resumed."""
    status = suspend(None, "surgeries", SUSPENSION, True, "2026-11-20T00:00:00.000000Z", RULING)
    assert not isinstance(status, Refusal)
    resume(status, "surgeries", RULING)
    assert status is not None
    cause = Cause(RULING.provenance, str(SUSPENSION), 1)
    history = _record(SURGERY_STORY, SURGERY, SURGERY_RECORD)
    record: Any = None
    for event in history:
        record = event.mutate(record)
    for wanted in (len(history), None):
        assert follow(record, wanted, cause)
    assert not isinstance(suspend(status, "surgeries", SUSPENSION, True, None, RULING), Refusal)
    resume(status, "surgeries", RULING, without_removals=True)
    made = [*status.collect_events(), *record.collect_events()]
    return [event for event in made if isinstance(event, RegisterEvent)]


def _taken_back() -> list[RegisterEvent]:
    """A record that its agency, which is suspended, had removed: that is taken back, and holds again."""
    history = _record(STORY, AUTHORITY, RECORD)
    record: Any = None
    for event in history:
        record = event.mutate(record)
    cause = Cause(RULING.provenance, str(SUSPENSION), 1)
    first = history[0]
    payload = {"version": 1, "type": "RecordRegistered.v2", "time": first.time, "source": first.source}
    fields = {"data": fields_of(first, first.CLEAR), "personal": fields_of(first, first.SEALED)}
    removals = removals_of(history).hold
    restore(record, removals, [[payload | fields]], cause)
    remove_again(record, removals, cause)
    return [event for event in record.collect_events() if isinstance(event, RegisterEvent)]


def _likeness(first: RegisterEvent, second: Sequence[RegisterEvent]) -> list[RegisterEvent]:
    """A record that is like a shielded child's, and is so no more when it has been amended."""
    child = Child.listed(OTHER_CHILD, second[0], hidden=True)
    child.hold_back(second[0], [str(first.originator_id)], alone=True)
    child.end_suspicion(second[-1], [str(first.originator_id)])
    return [event for event in child.collect_events() if isinstance(event, RecordHeldBack | SuspicionEnded)]


def _new_identity(first: RegisterEvent, second: Sequence[RegisterEvent]) -> list[RegisterEvent]:
    """A child that begins anew, and a record that names who it was, until it is amended."""
    child, other = Child.listed(CHILD, first), Child.listed(OTHER_CHILD, second[0], hidden=True)
    child.link(first, MATCHER, NOBODY_LIKE_IT)
    ruling = RULING._replace(reason="adoption")
    new_identity.request(child, [{"source": SURGERY.urn, "subject": "NHS-81"}], ruling)
    new_identity.confirm(child, [], ruling._replace(decided_by="another-manager"))
    other.close_record(second[0], [str(CHILD)])
    other.open_record(second[-1])
    made = [*child.collect_events(), *other.collect_events()]
    kinds = (NewIdentityRequested, NewIdentityGiven, RecordClosed, RecordOpened)
    return [event for event in made if isinstance(event, kinds)]


_OF_MATCHER = ("ChildListed.v1", "RecordLinked.v1")
"""Events of a child of which the matcher's example is shown."""
