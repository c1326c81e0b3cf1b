"""What a run does with one child, what brings a child back at once, and how much of the archive a look may show."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authorization import Action, Role, archive_from, is_enquiry
from domain.authorization.archive import WHOLE_ARCHIVE
from domain.authorization.reasons import REASONS
from domain.child import Child, Ruling, stewardship
from domain.retention import AHEAD, NOT_DUE, Act, Outcome, brings_back, rules_on, run
from domain.source_record import Refusal
from domain.timeline import Fact, FactKind, Records, records_of
from projections.archive.project import ARCHIVED_CHILD, PROPOSED, Archive
from projections.base.memory import MemoryViews
from services.registrar.linking import NOBODY_LIKE_IT
from services.submission_contract.schemas.event_examples import events
from tests.domain_rules.reports.life import Life
from tests.support.entitlements import entitlement
from tests.support.story import Story

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
RULING = Ruling("a-manager", "the run", NOW, "2026-11-24T12:00:00.000000Z")


def somebody(born: str | None = "2000-01-01") -> Records:
    at = "2012-01-01T00:00:00.000000Z"
    return records_of([Fact("r", 1, FactKind.REGISTERED, 0, "2012-01-01", at, "urn:agency:la", born, None, True)])


def child() -> Child:
    return Child.listed(events()["ChildListed.v1"].originator_id, events()["RecordRegistered.v2"])


def later(years: float, by: str = "a-manager") -> Ruling:
    return RULING._replace(recorded_at=NOW + timedelta(days=years * 366), decided_by=by)


def test_who_is_due_is_archived_once() -> None:
    one = child()
    assert run(one, [], somebody(), TODAY, RULING) is Outcome.ARCHIVED
    assert one.archived is not None
    assert one.archived.rules == ("reached-18",)
    assert run(one, [], somebody(), TODAY, RULING) == NOT_DUE


@pytest.mark.parametrize("records", [somebody("2015-01-01"), somebody(None), None], ids=["a child", "no birth", "none"])
def test_nobody_else_is(records: Records | None) -> None:
    assert run(child(), [], records, TODAY, RULING) == NOT_DUE


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.dates(date(1980, 1, 1), date(2026, 11, 1)))
def test_whatever_day_is_named_only_who_is_due_then_and_today_is_archived(on: date, born: date) -> None:
    one, records = child(), somebody(born.isoformat())
    done = run(one, [], records, on, RULING)
    due = on <= TODAY and bool(rules_on(records, on)) and bool(rules_on(records, TODAY))
    assert (done is Outcome.ARCHIVED) == (one.archived is not None) == due
    assert (done == AHEAD) == (on > TODAY)


@given(st.dates(date(1, 1, 1), TODAY), st.booleans())
def test_whatever_day_is_named_an_archived_child_returns_only_if_no_rule_archives_it_today(on: date, due: bool) -> None:
    one = child()
    run(one, [], somebody(), TODAY, RULING)
    done = run(one, [], somebody() if due else somebody("2015-01-01"), on, RULING)
    assert (done is Outcome.RETURNED) == (one.archived is None) == (not due)


def test_destruction_takes_six_years_and_two_people_within_a_week() -> None:
    one = child()
    run(one, [], somebody(), TODAY, RULING)
    for years, by, act, expected in (
        (5.9, "a-manager", Act.PROPOSE, NOT_DUE),
        (6.1, "a-manager", Act.DESTROY, NOT_DUE),
        (6.1, "a-manager", Act.PROPOSE, Outcome.PROPOSED),
        (6.11, "another", Act.PROPOSE, NOT_DUE),
        (6.11, "a-manager", Act.DESTROY, "same-person"),
        (6.2, "another", Act.DESTROY, NOT_DUE),
        (6.2, "another", Act.PROPOSE, Outcome.PROPOSED),
        (6.21, "another", Act.DESTROY, "same-person"),
        (6.21, "a-manager", Act.ARCHIVE, NOT_DUE),
        (6.21, "a-manager", Act.RETURN, NOT_DUE),
        (6.21, "a-manager", Act.DESTROY, Outcome.CONFIRMED),
    ):
        ruling = later(years, by)
        done = run(one, [], somebody(), ruling.recorded_at.date(), ruling, act)
        assert (done.code if isinstance(done, Refusal) and isinstance(expected, str) else done) == expected, years


@pytest.mark.parametrize(("born", "expected"), [("2000-01-01", Outcome.PROPOSED), ("2010-01-01", NOT_DUE)])
def test_who_is_archived_again_begins_its_years_anew_only_if_it_was_not_due_in_between(
    born: str, expected: Outcome | Refusal
) -> None:
    """Else whoever registers it once in six years would keep it for ever."""
    one = child()
    run(one, [], somebody(), TODAY, RULING)
    one.leave_archive(RULING)
    ruling = later(5)
    assert run(one, [], somebody(born), ruling.recorded_at.date(), ruling) is Outcome.ARCHIVED
    ruling = later(7)
    assert run(one, [], somebody(born), ruling.recorded_at.date(), ruling, Act.PROPOSE) == expected


def test_who_has_only_left_england_is_not_destroyed_before_it_is_grown_up() -> None:
    """It may come back as a child, and would find that it never was."""
    gone = (
        Life().known("council", "2012-01-01", born="2010-01-01").deregistered("council", "2013-01-01", "left-england")
    )
    one, records = child(), records_of(gone.facts)
    at = RULING._replace(recorded_at=datetime(2015, 1, 1, 12, tzinfo=UTC))
    assert run(one, [], records, at.recorded_at.date(), at) is Outcome.ARCHIVED
    for year, expected in ((2027, NOT_DUE), (2028, Outcome.PROPOSED)):
        at = RULING._replace(recorded_at=datetime(year, 1, 2, 12, tzinfo=UTC))
        assert run(one, [], records, at.recorded_at.date(), at, Act.PROPOSE) == expected


def another_child() -> Child:
    return Child.listed(UUID(int=7), events()["RecordRegistered.v2"])


def absorbs(survivor: Child, other: Child, at: Ruling) -> None:
    assert not isinstance(stewardship.merge(survivor, other, at, openly=False), Refusal)


@pytest.mark.parametrize(
    ("archived_later", "merged_later", "expected"),
    [(0.0, 4.0, Outcome.PROPOSED), (2.0, 4.0, NOT_DUE), (None, 4.0, NOT_DUE)],
    ids=["archived as long", "archived later", "never archived"],
)
def test_a_merge_carries_no_years_onto_another(
    archived_later: float | None, merged_later: float, expected: Outcome | Refusal
) -> None:
    """Somebody who was archived days ago would else be destroyed with a child that was there for six years."""
    one, other = child(), another_child()
    run(one, [], somebody(), TODAY, RULING)
    if archived_later is not None:
        at = later(archived_later)
        run(other, [], somebody(), at.recorded_at.date(), at)
    absorbs(one, other, later(merged_later))
    at = later(6.1)
    assert run(one, [other], somebody(), at.recorded_at.date(), at, Act.PROPOSE) == expected
    at = later(10.1)
    assert run(one, [other], somebody(), at.recorded_at.date(), at, Act.PROPOSE) is Outcome.PROPOSED


@pytest.mark.parametrize("was_archived", [True, False])
def test_who_is_archived_with_somebody_who_never_was_begins_its_years_anew(was_archived: bool) -> None:
    one, other = child(), another_child()
    run(one, [], somebody(), TODAY, RULING)
    if was_archived:
        run(other, [], somebody(), TODAY, RULING)
    absorbs(one, other, later(1))
    one.leave_archive(later(1))
    at = later(3)
    assert run(one, [other], somebody(), at.recorded_at.date(), at) is Outcome.ARCHIVED
    assert one.years_from == (TODAY if was_archived else at.recorded_at.date()).isoformat()
    first = one.years_from
    one.leave_archive(later(4))
    at = later(5)
    run(one, [other], somebody(), at.recorded_at.date(), at)
    assert one.years_from == first


@pytest.mark.parametrize("act", [Act.ARCHIVE, Act.PROPOSE, Act.DESTROY])
def test_for_a_year_after_a_merge_a_child_returns_at_most(act: Act) -> None:
    """An old death that a merge brings would else archive a quiet child on the same day."""
    one, other = child(), another_child()
    if act is not Act.ARCHIVE:
        for each in (one, other):
            run(each, [], somebody(), TODAY, RULING)
    absorbs(one, other, later(8))
    for years, expected in ((8.01, NOT_DUE), (8.99, NOT_DUE), (9.01, Outcome.PROPOSED)):
        at = later(years)
        if act is Act.DESTROY and years > 9:
            run(one, [other], somebody(), at.recorded_at.date(), later(years, "another"), Act.PROPOSE)
        done = run(one, [other], somebody(), at.recorded_at.date(), at, act)
        named = {Act.ARCHIVE: Outcome.ARCHIVED, Act.DESTROY: Outcome.CONFIRMED}
        assert done == (expected if expected == NOT_DUE else named.get(act, expected)), years
    if act is not Act.ARCHIVE:
        returned = run(one, [other], somebody("2030-01-01"), TODAY, later(8.01), act)
        assert returned is Outcome.RETURNED


@pytest.mark.parametrize("by", ["a merge", "a link"])
def test_what_was_proposed_of_fewer_records_has_to_be_proposed_again(by: str) -> None:
    """The two people have judged another child than the one that would be destroyed."""
    one, other = child(), another_child()
    for each in (one, other):
        run(each, [], somebody(), TODAY, RULING)
    at = later(6.1)
    assert run(one, [], somebody(), at.recorded_at.date(), at, Act.PROPOSE) is Outcome.PROPOSED
    if by == "a merge":
        absorbs(one, other, at)
    else:
        one.link(events()["RecordRegistered.v2"], "1", NOBODY_LIKE_IT)
    assert one.destruction_proposed is None
    at = later(6.11, "another")
    assert run(one, [other] * (by == "a merge"), somebody(), at.recorded_at.date(), at, Act.DESTROY) == NOT_DUE


@pytest.mark.parametrize("act", Act)
def test_while_an_agency_that_holds_it_is_suspended_a_child_returns_at_most(act: Act) -> None:
    """Who suspends an agency decides whose records count, and would with them decide whom the rules archive."""
    one = child()
    assert run(one, [], somebody(), TODAY, RULING, suspended=True) == NOT_DUE
    assert one.archived is None
    run(one, [], somebody(), TODAY, RULING)
    ruling = later(6.1)
    run(one, [], somebody(), ruling.recorded_at.date(), ruling, Act.PROPOSE)
    ruling = later(6.11, "another")
    assert run(one, [], somebody(), ruling.recorded_at.date(), ruling, act, suspended=True) == NOT_DUE
    assert run(one, [], somebody("2020-01-01"), TODAY, ruling, act, suspended=True) is Outcome.RETURNED


EXAMPLES = events()


@pytest.mark.parametrize(
    "kind", [name for name in EXAMPLES if name.split(".")[0].startswith(("Record", "Flag", "Inv"))]
)
def test_what_brings_back(kind: str) -> None:
    event: Any = EXAMPLES[kind]
    by_age, gone = brings_back(event, ["reached-18"], TODAY), brings_back(event, ["left-england"], TODAY)
    seen = kind in ("InvolvementStarted.v1", "FlagRaised.v1") and not event.restricted
    described = kind in ("RecordRegistered.v2", "RecordAmended.v2")
    assert gone == (described or seen)
    assert by_age == (kind == "RecordRegistered.v2" or seen or (kind == "RecordAmended.v2" and by_age))
    assert brings_back(event, ["left-england", "reached-18"], TODAY) == by_age


@pytest.mark.parametrize(
    ("born", "estimated", "returns"),
    [("2008-11-25", False, True), ("2008-11-24", False, False), ("2007-11-25", True, True), (None, False, False)],
)
def test_who_is_amended_to_be_younger_returns_whatever_archived_it(
    born: str | None, estimated: bool, returns: bool
) -> None:
    given = deepcopy(EXAMPLES["RecordAmended.v2"])
    given.particulars.update(date_of_birth=born, date_of_birth_estimated=estimated)
    for rules in (["reached-18"], ["died", "reached-18"], ["left-england", "reached-25"]):
        assert brings_back(given, rules, TODAY) == returns


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_lists_and_practitioners_are_shown_nothing_of_the_archive(role: Role, action: Action) -> None:
    for reason in REASONS:
        shown = archive_from(entitlement(role.value, sensitive=True), action, reason, TODAY)
        if role in (Role.PRACTITIONER, Role.AUTHORITY_ADMINISTRATOR, Role.IDENTITY_CUSTODIAN):
            decided_elsewhere = action in (
                *(Action.SUBJECT_ACCESS, Action.ERASE, Action.HOLD_PLACE, Action.HOLD_LIFT),
                *(Action.RETENTION, Action.RETENTION_RUN, Action.REPLAY, Action.COULD_HAVE_SEEN),
            )
            assert (shown is not None) == decided_elsewhere
        if action in (Action.EXPORT, Action.REPORT, Action.POLICY):
            assert shown is None


def test_an_enquiry_needs_its_reason() -> None:
    manager = entitlement("data-manager", sensitive=True)
    assert archive_from(manager, Action.SHOW, "data-quality", TODAY) == "2025-11-24"
    assert archive_from(manager, Action.SHOW, "named-enquiry", TODAY) == WHOLE_ARCHIVE
    assert archive_from(entitlement("data-manager"), Action.SHOW, "named-enquiry", TODAY) == "2025-11-24"


@pytest.mark.parametrize(
    ("role", "action", "reason", "counts"),
    [
        (Role.DATA_MANAGER, Action.SHOW, "named-enquiry", True),
        (Role.DATA_MANAGER, Action.SHOW, "data-quality", False),
        (Role.DATA_MANAGER, Action.CORRECT, "named-enquiry", True),
        (Role.SUBJECT_ACCESS_OFFICER, Action.FIND, "subject-access", True),
        (Role.SUBJECT_ACCESS_OFFICER, Action.CORRECT, "subject-access", False),
        (Role.PRACTITIONER, Action.SHOW, "named-enquiry", False),
    ],
)
def test_an_enquiry_counts_where_its_reason_alone_opens_the_archive(
    role: Role, action: Action, reason: str, counts: bool
) -> None:
    """Whoever answers for subject access has a term for requests, and answers them whatever the reason."""
    assert is_enquiry(entitlement(role.value, sensitive=True), action, reason, TODAY) == counts


def test_what_was_proposed_before_a_merge_is_shown_as_proposed_no_more() -> None:
    story, views = Story(), MemoryViews()
    one, other = story.ada(), story.ada()
    story.decides(one, "ChildArchived.v1", {"years_from": "2020-11-24"})
    story.decides(one, "DestructionProposed.v1", {})
    story.merged(one, other)
    for event in story.events:
        views.apply(Archive().project(event))
    assert [row[:2] for row in views.rows(PROPOSED) if row[1]] == []


@given(st.lists(st.sampled_from(["ChildArchived.v1", "ChildReturned.v1"]), max_size=6), st.randoms())
def test_rows_come_out_the_same_in_any_order(kinds: list[str], chance: Any) -> None:
    story = Story()
    archived = story.ada()
    for kind in kinds:
        story.decides(archived, kind, {"years_from": "2026-11-24"} if kind == "ChildArchived.v1" else {})
    found = []
    for shuffled in (False, True):
        said, views = list(story.events), MemoryViews()
        if shuffled:
            chance.shuffle(said)
        for event in said:
            views.apply(Archive().project(event))
        found.append(views.rows(ARCHIVED_CHILD))
    assert found[0] == found[1]
    assert bool(found[0] and found[0][0][1]) == (bool(kinds) and kinds[-1] == "ChildArchived.v1")
