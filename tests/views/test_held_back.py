"""Whatever happens to a shielded child and its records, nobody sees who is held back for being like it."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalogue import EVENTS
from projections.cross_stream import hidden_children
from projections.directory import query as directory
from projections.duplicates.query import has_held_back, suspected_pairs
from projections.shields.project import SHIELD
from projections.shields.tables import HIDDEN
from projections.visibility.shields import EVERYWHERE
from streams.store.database import Cursor
from tests.support.postgres_views import clear, empty_views, rows, take, writing
from tests.support.story import Story
from tests.views.test_rows_pinned import ACCESS_EVENTS

TODAY = date(2026, 11, 24)
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


class Scene(NamedTuple):
    """A shielded `child` with a `record` of a council and another one, and `held`, whose record `like` is like it.

    Beside them there is another child.
    """

    story: Story
    child: str
    record: str
    held: str
    like: str
    another: str


HOLDS: dict[str, Callable[[Scene], None]] = {
    "held back": lambda s: (s.story.held_back(s.held, s.like, s.record), s.story.suspected(s.held, s.like, s.record)),
    "held back without a pair in the queue": lambda s: s.story.held_back(s.held, s.like, s.record),
    "suspected, as logs had it at first": lambda s: s.story.suspected(s.held, s.like, s.record),
}


def scene(held: str) -> Scene:
    story = Story()
    record, other = story.registered("la", "L1"), story.registered("gp", "G1")
    child, another = story.listed(record, "la"), story.listed(story.registered("gp", "G2"))
    story.linked(child, other)
    story.shielded(child, custodian="E06999001")
    like = story.registered("school", "S1", address={"postcode": "ZX6 6QQ"})
    made = Scene(story, child, record, story.new_id(), like, another)
    story.append(made.held, "ShieldedChildListed", {"record": like, "record_version": 1}, None, "school")
    story.members[made.held] = []
    HOLDS[held](made)
    story.linked(made.held, like, "school")
    return made


def suspended(s: Scene, version: int) -> None:
    standing = s.story.new_id()
    s.story.decides(standing, "AgencySuspended", {"set_aside": True, "since": None})
    cause = {"suspension": standing, "suspension_version": 1}
    s.story.append(s.record, "RecordSuspended", {"from_version": version}, cause, "stewardship")


def amended(s: Scene) -> None:
    """As the matcher has it: the shielded child's record is placed against everybody, who is held back too."""
    s.story.amended(s.record, given_name="Adah")
    s.story.suspected(s.child, s.record, s.like)


def given_back(s: Scene) -> None:
    s.story.given_back(s.another, s.child, s.story.merged(s.another, s.child))


def destroyed(s: Scene, *records: str) -> None:
    erasure = s.story.new_id()
    for record in records:
        s.story.decides(record, "ErasureFenced.v1", {"erasure": erasure}, sealed=False)


def erased(s: Scene) -> None:
    destroyed(s, s.record)
    data = {"erasure": s.story.new_id(), "records": [s.record]}
    s.story.decides(s.child, "RecordsErased.v1", data, sealed=False)


def child_destroyed(s: Scene) -> None:
    destroyed(s, *s.story.members[s.child])
    s.story.decides(s.child, "ChildDestroyed.v1", {"erasure": s.story.new_id()}, sealed=False)


def kept(s: Scene, kind: str) -> None:
    shield = {"since": "2026-11-24T00:00:00.000000Z", "review_by": "2027-11-24", "custodian": "E06999001"}
    s.story.decides(s.child, kind, shield)


def closed(s: Scene, kind: str) -> None:
    more = {"like": [s.another]} | ({"decided_by": None} if kind == "RecordOpened" else {})
    s.story.append(s.child, kind, {"record": s.record, "record_version": 1}, more)


HAPPENS: dict[str, Callable[[Scene], object]] = {
    "RecordRegistered": lambda s: s.story.registered_again(s.record, "la", "L1"),
    "RecordAmended": amended,
    "RecordDeregistered": lambda s: s.story.deregistered(s.record),
    "RecordRemoved": lambda s: s.story.removed(s.record),
    "RecordRemovedBySteward": lambda s: s.story.append(
        s.record,
        "RecordRemovedBySteward",
        {},
        {"reason": "registered-in-error", "on": "2010-01-01", "decided_by": "a-steward", "why": "made up"},
        "stewardship",
    ),
    "RecordRestored": lambda s: (s.story.removed(s.record), s.story.taken_back(s.record)),
    "RecordRemovedAgain": lambda s: (
        s.story.removed(s.record),
        s.story.taken_back(s.record),
        s.story.removed_again(s.record),
    ),
    "RecordSuspended": lambda s: suspended(s, 1),
    "RecordSuspended in part": lambda s: (amended(s), suspended(s, 2)),
    "RecordResumed": lambda s: (suspended(s, 1), s.story.resumed(s.record)),
    "AgencySuspended": lambda s: suspended(s, 1),
    "AgencyResumed": lambda s: s.story.resumed(s.record),
    "AgencyResumedWithoutRemovals": lambda s: s.story.decides(s.story.new_id(), "AgencyResumedWithoutRemovals", {}),
    "InvolvementStarted": lambda s: s.story.involved(s.record),
    "InvolvementEnded": lambda s: (s.story.involved(s.record), s.story.ended(s.record)),
    "FlagRaised": lambda s: s.story.flagged(s.record),
    "FlagLowered": lambda s: (s.story.flagged(s.record), s.story.unflagged(s.record)),
    "ConsentWithdrawn": lambda s: s.story.append(s.record, "ConsentWithdrawn", {"number": 1}, {"on": "2009-01-01"}),
    "ChildListed": lambda s: s.story.listed(s.story.registered("la", "L2")),
    "ShieldedChildListed": lambda s: s.story.append(
        s.story.new_id(), "ShieldedChildListed", {"record": s.story.registered("la", "L3"), "record_version": 1}
    ),
    "RecordLinked": lambda s: s.story.linked(s.child, s.story.registered("school", "S2"), "school"),
    "ChildrenMerged": lambda s: s.story.merged(s.another, s.child),
    "ChildSuperseded": lambda s: s.story.merged(s.another, s.child),
    "RecordUnlinked": given_back,
    "ChildReinstated": given_back,
    "MatchSuspected": lambda s: s.story.suspected(s.child, s.record, s.like),
    "MatchDismissed": lambda s: s.story.dismissed(s.child, s.another),
    "RecordHeldBack": lambda s: s.story.held_back(s.child, s.record, s.like),
    "SuspicionEnded": lambda s: (s.story.suspected(s.child, s.record, s.like), ended(s)),
    "RecordContradicted": lambda s: s.story.contradicted(s.child, s.record, s.story.members[s.child][1]),
    "RecordsSetAside": lambda s: s.story.set_aside(s.child, s.record),
    "RecordsAccepted": lambda s: (s.story.set_aside(s.child, s.record), s.story.accepted(s.child, s.record)),
    "RecordAcceptedBySteward": lambda s: s.story.ruled_on(s.child, s.record, aside=False),
    "RecordSetAsideBySteward": lambda s: s.story.ruled_on(s.child, s.record, aside=True),
    "ShieldApplied": lambda s: s.story.shielded(s.child, custodian="E06999001"),
    "ShieldReviewed": lambda s: kept(s, "ShieldReviewed.v2"),
    "ShieldHandedOver": lambda s: kept(s, "ShieldHandedOver.v1"),
    "HoldAsked": lambda s: s.story.decides(s.child, "HoldAsked.v1", {"lift": False}),
    "HoldPlaced": lambda s: s.story.decides(s.child, "HoldPlaced.v1", {"inherited_from": None}),
    "HoldLifted": lambda s: s.story.decides(s.child, "HoldLifted.v1", {}),
    "ChildArchived": lambda s: s.story.decides(s.child, "ChildArchived.v1", {"years_from": "2026-11-24"}),
    "DestructionProposed": lambda s: s.story.decides(s.child, "DestructionProposed.v1", {}),
    "ChildReturned": lambda s: s.story.decides(s.child, "ChildReturned.v1", {}),
    "ErasureDecided": lambda s: s.story.decides(
        s.story.new_id(),
        "ErasureDecided.v1",
        {
            "records": [s.record],
            "children": [s.child],
            "rule": "decision",
            "before": None,
            "backups_until": "2027-01-04",
        },
    ),
    "ErasureFenced": lambda s: destroyed(s, s.record),
    "RecordsErased": erased,
    "ChildDestroyed": child_destroyed,
    "NewIdentityRequested": lambda s: s.story.append(
        s.child,
        "NewIdentityRequested",
        {},
        {"decided_by": "a-steward", "reason": "adoption", "expected": []},
        "stewardship",
    ),
    "NewIdentityGiven": lambda s: s.story.decides(
        s.child, "NewIdentityGiven", {"children": [s.child], "records": s.story.members[s.child]}
    ),
    "RecordClosed": lambda s: closed(s, "RecordClosed"),
    "RecordOpened": lambda s: (closed(s, "RecordClosed"), closed(s, "RecordOpened")),
}
"""How each event comes to the shielded child's side."""
OPENS = {"ShieldLifted"}
"""What shows who was held back."""
NOT_IN_THE_QUEUE = {"ChildArchived", "ChildDestroyed", "NewIdentityGiven", "RecordClosed"}
"""After these nothing that can be compared is left, or shown to whoever is no custodian of identities."""


def ended(s: Scene) -> None:
    s.story.not_suspected(s.child, s.record, s.like)


def stays_hidden(cursor: Cursor, s: Scene) -> bool:
    """Whether nobody sees who is held back, and a rebuild has the same rows."""
    live = rows(cursor, HIDDEN)
    cursor.execute("delete from hidden")
    hidden_children.fill(cursor, str(UUID(int=0)), str(UUID(int=2**128 - 1)))
    assert rows(cursor, HIDDEN) == live
    (others,) = [row[1:7] for row in live if row[0] == s.held] or [None]
    if others is None:
        return False
    assert (others[0], others[5]) == (True, "urn:agency:school")
    assert others[3] in {custodian for child, _, _, custodian, _ in rows(cursor, SHIELD) if child != s.held}
    assert directory.entry(cursor, s.story.seals, s.held, today=TODAY) is None
    assert s.held not in directory.children(cursor, None, 9)
    return True


def test_every_event_of_the_register_is_here() -> None:
    told = {kind.partition(".")[0] for kind in EVENTS.keys() - ACCESS_EVENTS}
    assert {kind.partition(" ")[0] for kind in HAPPENS} == told - OPENS


@pytest.mark.parametrize("held", HOLDS)
def test_no_event_on_the_shielded_childs_side_shows_who_is_held_back(database: str, held: str) -> None:
    with writing(database) as cursor:
        for kind, happens in HAPPENS.items():
            s = scene(held)
            clear(cursor)
            take(cursor, s.story.events)
            assert stays_hidden(cursor, s)
            known = len(s.story.events)
            happens(s)
            take(cursor, s.story.events[known:])
            assert stays_hidden(cursor, s), kind
            pairs = suspected_pairs(cursor, None, 9, cleared=True, custodian=EVERYWHERE)
            queued = {child for pair in pairs for child in (pair.left, pair.right)}
            assert (s.held in queued) is (kind not in NOT_IN_THE_QUEUE), kind
        s = scene(held)
        s.story.unshielded(s.child)
        clear(cursor)
        take(cursor, s.story.events)
        assert not stays_hidden(cursor, s)


@few
@given(st.data())
def test_nothing_does_in_any_order(database: str, data: st.DataObject) -> None:
    s = scene(data.draw(st.sampled_from(list(HOLDS))))
    alone = sorted(HAPPENS.keys() - {"ChildrenMerged", "ChildSuperseded", "RecordUnlinked", "ChildReinstated"})
    for kind in data.draw(st.lists(st.sampled_from(alone), min_size=2, max_size=5)):
        HAPPENS[kind](s)
    with writing(database) as cursor:
        clear(cursor)
        take(cursor, s.story.events)
        assert stays_hidden(cursor, s)
        s.story.dismissed(s.held, s.child)
        known = len(s.story.events) - 1
        take(cursor, s.story.events[known:])
        assert not stays_hidden(cursor, s)


def test_a_version_that_is_set_aside_neither_hides_nor_shows(database: str) -> None:
    s = scene("held back")
    with writing(database) as cursor:
        clear(cursor)

        def now() -> bool:
            take(cursor, s.story.events[len(applied) :])
            applied.extend(s.story.events[len(applied) :])
            return stays_hidden(cursor, s)

        applied: list[object] = []
        assert now()
        s.story.amended(s.like, given_name="Somebody")
        s.story.not_suspected(s.held, s.like, s.record)
        assert not now()
        assert not has_held_back(cursor, s.child, custodian=EVERYWHERE)
        cause = {"suspension": s.story.new_id(), "suspension_version": 1}
        s.story.append(s.like, "RecordSuspended", {"from_version": 2}, cause, "stewardship")
        assert now()
        assert has_held_back(cursor, s.child, custodian=EVERYWHERE)
        s.story.resumed(s.like)
        assert not now()


def test_who_was_like_a_destroyed_child_is_shown_once_its_own_shield_is_lifted(database: str) -> None:
    s = scene("held back")
    with writing(database) as cursor:
        clear(cursor)
        s.story.shielded(s.held, custodian="E06999001")
        s.story.unshielded(s.held)
        child_destroyed(s)
        take(cursor, s.story.events)
        assert stays_hidden(cursor, s)
        known = len(s.story.events)
        s.story.shielded(s.held, custodian="E06999001")
        s.story.unshielded(s.held)
        take(cursor, s.story.events[known:])
        assert not stays_hidden(cursor, s)


def test_a_record_that_is_removed_or_set_aside_as_a_whole_stays_hidden_from_others_than_its_sender(
    database: str,
) -> None:
    for happens in (lambda s: s.story.removed(s.like), lambda s: s.story.suspended(s.like)):
        s = scene("held back")
        happens(s)
        with writing(database) as cursor:
            clear(cursor)
            take(cursor, s.story.events)
            assert stays_hidden(cursor, s)


@pytest.mark.parametrize(("rule", "hides"), [("possible", True), ("like-shielded", False)])
def test_who_was_like_somebody_by_a_hidden_home_alone_is_not_hidden_once_that_one_is_shielded(
    database: str, rule: str, hides: bool
) -> None:
    """It would tell whoever guessed the home that the guess was right."""
    s = scene("held back")
    guess = s.story.registered("school", "S9")
    stranger = s.story.listed(guess, "school")
    s.story.suspected(stranger, guess, s.like, rule=rule)
    s.story.shielded(s.held, custodian="E06999001")
    with writing(database) as cursor:
        clear(cursor)
        take(cursor, s.story.events)
        assert stays_hidden(cursor, s._replace(held=stranger)) == hides


def test_who_is_like_two_shielded_children_has_one_custodian_in_whatever_order_they_are_named(database: str) -> None:
    def custodian(*, other_first: bool) -> object:
        s = scene("held back without a pair in the queue")
        other = s.story.registered("gp", "G3")
        s.story.shielded(s.story.listed(other), custodian="E06999002")
        like = s.story.registered("gp", "G4")
        held = s.story.listed(like)
        s.story.held_back(held, like, *((other, s.record) if other_first else (s.record, other)))
        with writing(database) as cursor:
            clear(cursor)
            take(cursor, s.story.events)
            return next(row[HIDDEN.columns.index("custodian")] for row in rows(cursor, HIDDEN) if row[0] == held)

    assert custodian(other_first=False) == custodian(other_first=True) == "E06999001"
