"""The rows that a fixed history makes are pinned, for views of another version are known by tables and ROWS alone."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from domain.catalogue import EVENTS, WIRE_NAMES
from domain.event import RegisterEvent, fields_of
from projections.catalogue import ACCESS_LOG, DERIVED, LOGS, RECEIPTS_LOG, REGISTER_LOG, TABLES
from projections.engine.schema import definition
from streams.codec import decode_event, iso_text
from streams.projecting.reader import decode_receipt
from tests.golden.files import FOLDER
from tests.support.examples import events
from tests.support.postgres_views import clear, empty_views, rows, take, writing
from tests.support.story import Seals, Story, receipt

PINNED: Path = FOLDER / "view_rows.txt"
MEND = (
    "a projection makes other rows of the same events: raise ROWS in projections/engine/schema.py, or mend the"
    f" projection. After ROWS was raised, or a table changed, write into {PINNED.name}:"
)
ACCESS_EVENTS = {kind for kind in EVENTS if EVENTS[kind].__module__.startswith(("domain.access_log", "domain.subject"))}


def history() -> Story:
    """Every event of the register: two children merged and given back, suspected, shielded, with all that ends."""
    story = Story(seed=2008)
    record, other = story.registered(subject="G1"), story.registered("la-north", "L1", date_of_birth="2001-03-02")
    left, right = story.listed(record), story.listed(other, "la-north")
    story.linked(left, record)
    story.linked(right, other, "la-north")
    for number, details in enumerate(({}, {"service": "education", "organisation": {"name": "Moss Lane"}}), 1):
        story.involved(record, number, **details)
    story.ended(record)
    story.involved(other, 1, service="camhs", consent={"given_by": "child", "explicit": True, "on": "2008-01-01"})
    story.append(other, "ConsentWithdrawn", {"number": 1}, {"on": "2009-01-01"})
    story.flagged(record)
    story.unflagged(record)
    story.flagged(other)
    story.amended(record, nhs_number="9990000018", address={"lines": ["1 Moss Lane"], "postcode": "ZX1 1AA"})
    story.suspected(left, record, other)
    story.contradicted(left, record, other)
    story.set_aside(left, record)
    story.ruled_on(left, record, aside=False)
    story.ruled_on(left, record, aside=True)
    story.accepted(left, record)
    story.set_aside(left, record)
    story.given_back(left, right, story.merged(left, right))
    story.dismissed(left, right)
    story.shielded(right)
    shield = {"since": "2026-11-25T00:00:00.000000Z", "review_by": "2027-11-24"}
    story.decides(right, "ShieldReviewed.v2", {**shield, "custodian": "E06999001"})
    story.decides(right, "ShieldHandedOver.v1", {**shield, "custodian": "E06999002"})
    story.unshielded(right)
    hidden = story.registered("la-north", "L3", given_name="Cora")
    child = story.new_id()
    story.append(child, "ShieldedChildListed", {"record": hidden, "record_version": 1}, None, "la-north")
    story.members[child] = [hidden]
    story.shielded(child)
    story.linked(child, hidden, "la-north")
    third = story.registered(subject="G2", given_name="Bea")
    like = story.listed(third)
    story.held_back(like, third, hidden)
    story.suspected(like, third, hidden)
    story.not_suspected(like, third, hidden)
    story.deregistered(third)
    story.removed(third)
    _taken_back(story)
    _restored(story)
    _begun_anew(story)
    _destroyed(story)
    _archived(story)
    return story


def _taken_back(story: Story) -> None:
    """An agency that is suspended and resumed, and a record of it, which a steward removes in the end."""
    standing, record = story.new_id(), story.registered(subject="G3", given_name="Dora")
    story.listed(record)
    story.amended(record, given_name="Dora")
    story.decides(standing, "AgencySuspended", {"set_aside": True, "since": None})
    cause = {"suspension": standing, "suspension_version": 1}
    for begin in (2, 1):
        story.append(record, "RecordSuspended", {"from_version": begin}, cause, "stewardship")
    story.decides(standing, "AgencyResumed", {})
    story.append(record, "RecordResumed", {}, cause, "stewardship")
    removal = {"reason": "registered-in-error", "on": "2010-01-01", "decided_by": "a-steward", "why": "made up"}
    story.append(record, "RecordRemovedBySteward", {}, removal, "stewardship")


def _restored(story: Story) -> None:
    """Two records that their agency had removed are restored, one of which is removed again."""
    for subject, again in (("G8", False), ("G9", True)):
        record = story.registered(subject=subject, given_name="Gita")
        story.listed(record)
        story.involved(record)
        story.removed(record)
        story.taken_back(record)
        if again:
            story.removed_again(record)
    story.decides(story.new_id(), "AgencyResumedWithoutRemovals", {})


def _begun_anew(story: Story) -> None:
    """A child that is closed, and a record that names it, and is amended."""
    record, other = story.registered(subject="G4", given_name="Edda"), story.registered(subject="G5", given_name="Edda")
    old, child = story.listed(record), story.listed(other)
    asked = {"decided_by": "a-steward", "reason": "adoption", "expected": []}
    story.append(old, "NewIdentityRequested", {}, asked, "stewardship")
    story.decides(old, "NewIdentityGiven", {"children": [old], "records": [record]})
    about = {"record": other, "record_version": 1}
    story.append(child, "RecordClosed", about, {"like": [old]})
    story.append(child, "RecordOpened", about, {"decided_by": None, "like": []})
    story.append(child, "RecordClosed", about, {"like": [old]})


def _destroyed(story: Story) -> None:
    """A record that is destroyed, and then its child with the other one, once a hold was lifted."""
    record, other = (story.registered(subject=subject, given_name="Flora") for subject in ("G6", "G7"))
    child, erasure = story.listed(record), story.new_id()
    story.linked(child, other)
    about = {"rule": "decision", "before": None, "backups_until": "2027-01-04"}
    story.decides(erasure, "ErasureDecided.v1", {"records": [record], "children": [], **about})
    story.decides(record, "ErasureFenced.v1", {"erasure": erasure}, sealed=False)
    story.decides(child, "RecordsErased.v1", {"erasure": erasure, "records": [record]}, sealed=False)
    for kind, data in (
        ("HoldAsked.v1", {"lift": False}),
        ("HoldPlaced.v1", {"inherited_from": None}),
        ("HoldAsked.v1", {"lift": True}),
        ("HoldLifted.v1", {}),
    ):
        story.decides(child, kind, data)
    story.decides(other, "ErasureFenced.v1", {"erasure": erasure}, sealed=False)
    story.decides(child, "ChildDestroyed.v1", {"erasure": erasure}, sealed=False)


def _archived(story: Story) -> None:
    """A child that is archived, is to be destroyed, and returns; and one that stays in the archive."""
    for subject in ("G10", "G11"):
        child = story.listed(story.registered(subject=subject, given_name="Hetty"))
        story.decides(child, "ChildArchived.v1", {"years_from": "2026-11-24"})
    story.decides(child, "DestructionProposed.v1", {})
    story.decides(child, "ChildReturned.v1", {})


def of_access(seals: Seals) -> Iterator[bytes]:
    """One example of each event of the access log."""
    examples = [event for kind, event in sorted(events().items()) if kind in ACCESS_EVENTS]
    for position, event in enumerate(examples, 1):
        yield _message(event, position, seals)


def _message(event: RegisterEvent, position: int, seals: Seals) -> bytes:
    stream, at = str(event.originator_id), iso_text(event.timestamp)
    head = {"type": WIRE_NAMES[type(event)], "subject": stream, "position": position}
    envelope = {**head, "version": event.originator_version, "source": event.source, "time": event.time}
    sealed = seals.seal(stream, event.originator_version, fields_of(event, event.SEALED))
    return orjson.dumps({**envelope, "recordedat": at, "data": fields_of(event, event.CLEAR), "sealed": sealed})


@pytest.fixture(scope="module")
def made(database_url: str) -> dict[str, str]:
    """By table, a digest of its rows as text; and the fingerprint by which this version's views are known."""
    empty_views(database_url)
    story = history()
    looks = [decode_event(value, story.seals) for value in of_access(story.seals)]
    receipts = [decode_receipt(receipt("s-1", "submissions.gp/0/7", "refused"))]
    with writing(database_url) as cursor:
        clear(cursor)
        cursor.execute("set local timezone = 'UTC'")
        for log, values in ((REGISTER_LOG, story.events), (ACCESS_LOG, looks), (RECEIPTS_LOG, receipts)):
            assert take(cursor, values, LOGS[log]) == []
        tables = {table.name: repr(rows(cursor, table)) for table in (*TABLES, *DERIVED)}
        assert [name for name, text in tables.items() if text == "[]"] == []
        clear(cursor)
    return {"definition": definition()} | {name: sha256(text.encode()).hexdigest() for name, text in tables.items()}


def test_the_history_has_every_event_of_the_register() -> None:
    told = {event.type for event in history().events}
    assert told == EVENTS.keys() - ACCESS_EVENTS


def test_the_same_events_make_the_same_rows_until_rows_is_raised(made: dict[str, str]) -> None:
    pinned = dict(line.split(" ") for line in PINNED.read_text(encoding="utf-8").splitlines())
    assert pinned == made, "\n".join((MEND, *(" ".join(each) for each in made.items())))
