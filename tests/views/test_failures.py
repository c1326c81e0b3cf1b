"""What a projection cannot take is kept by its position, and everything else goes on."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
import pytest

from projections.audit_history.project import HISTORY, AuditHistory
from projections.base.partition import Partition
from projections.base.projection import PublishedEvent, Undecodable
from projections.catalogue import LOGS, RECEIPTS_LOG, REGISTER_LOG
from projections.cross_stream import findings
from projections.directory.project import FACT, LINK
from projections.engine import apply as applying
from projections.engine import failures, positions, stops
from projections.engine.apply import MOST_IN_A_ROW, Message, Streaks, continued
from projections.engine.positions import Progress
from projections.engine.stops import ProjectionStopped, Stop
from projections.receipts.project import RECEIPTS
from projections.search.project import SEARCH, Search
from streams.codec import decode_event
from streams.crypto.publication_key import PublicationKey
from streams.projecting.reader import decode_receipt, read_messages
from tests.support.postgres_views import ANYWHERE, clear, empty_views, rows, take, writing
from tests.support.story import Seals, Story, receipt

REGISTER = LOGS[REGISTER_LOG]


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


def counts(database: str, story: Story) -> tuple[list[Any], dict[str, int]]:
    """What failed when a story was applied as one batch, and how many rows each table has then."""
    with writing(database) as cursor:
        clear(cursor)
        failed = applying.apply(cursor, REGISTER, read(story))
        found = {table.name: len(rows(cursor, table)) for table in (FACT, LINK, SEARCH, HISTORY)}
    return [(failure.offset, failure.projection, failure.code) for failure in failed], found


def read(story: Story) -> list[Message]:
    """The story's messages as a projector reads them."""
    records = [SimpleNamespace(offset=offset, value=value) for offset, value in enumerate(story.values)]
    return read_messages(REGISTER, ANYWHERE, records, story.seals, PublicationKey(bytes(32)))


def unreadable(offset: int) -> list[tuple[int, str, str]]:
    """The failures of a message that cannot be decoded."""
    return [(offset, projection.name, "unreadable") for projection in REGISTER.projections]


def test_an_unreadable_message_fails_for_every_projection(database: str) -> None:
    story = Story()
    story.ada()
    story.ada()
    story.values[2] = b"not json"
    failed, found = counts(database, story)
    assert failed == unreadable(2)
    assert found == {"fact": 1, "link": 2, "search": 1, "history": 3}


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("ChildListed", {"record_version": 1}),
    ("ChildListed", {"record": "S1", "record_version": 1}),
    ("ChildListed", {"record": [], "record_version": 1}),
    ("InvolvementEnded", {"number": 10**12}),
    ("InvolvementEnded", {"number": -1}),
    ("InvolvementEnded", {"number": "many"}),
    ("InvolvementEnded", {"number": {"k": 1}}),
    ("MatchSuspected", {"record": str(UUID(int=1)), "record_version": 1, "matcher": "m", "suspicions": [{}]}),
    ("ShieldApplied", {"since": "2026-11-24", "review_by": None, "inherited_from": None}),
    ("ShieldApplied.v2", {"since": "2026-11-24", "review_by": None, "custodian": None, "inherited_from": None}),
    ("FlagLowered", {"number": 1, "note": "a text with \0 in it"}),
]


@pytest.mark.parametrize(("kind", "data"), FAULTS)
def test_an_event_that_is_not_as_its_type_says_is_unreadable(database: str, kind: str, data: dict[str, Any]) -> None:
    story = Story()
    record = story.registered()
    story.listed(record)
    story.append(record, kind, data, {"ended_on": "2009-01-01", "flag": "looked-after", "lowered_on": "2009-01-01"})
    story.flagged(record)
    failed, found = counts(database, story)
    assert failed == unreadable(2)
    assert found == {"fact": 2, "link": 1, "search": 1, "history": 3}


@pytest.mark.parametrize("value", [b"", b"[]", b"null", b"{}", b'{"position": 1}', b"[" * 100_000, b"\xff"])
def test_what_is_no_event_is_unreadable(value: bytes) -> None:
    with pytest.raises(Undecodable):
        decode_event(value, Seals())
    with pytest.raises(Undecodable):
        decode_receipt(value)


@pytest.mark.parametrize(
    "change",
    [{"position": 0}, {"position": 2**63}, {"position": True}, {"version": 2**31}, {"subject": "S1"}, {"data": []}]
    + [{name: None} for name in ("position", "subject", "version", "type", "time", "recordedat", "source", "data")]
    + [{"sealed": 5}, {"subject": "8c1f6d0e-2f0b-4a53-9d54-6f3f3b7a0c11\n"}],
)
def test_an_envelope_that_is_not_one_is_unreadable(change: dict[str, Any]) -> None:
    story = Story()
    story.ada()
    with pytest.raises(Undecodable):
        decode_event(orjson.dumps(orjson.loads(story.values[0]) | change), Seals())


def test_a_backslash_before_the_escape_of_the_character_0_is_text(database: str) -> None:
    story = Story()
    record = story.registered()
    story.append(record, "ChildForgotten", {"note": "\\u0000"})
    assert counts(database, story)[0] == []


def test_a_broken_seal_is_a_failure_of_the_views_that_open_it(database: str) -> None:
    story = Story()
    story.ada()
    story.values[0] = story.values[0].replace(b'"sealed":"', b'"sealed":"!')
    failed, found = counts(database, story)
    assert failed == [(0, "search", "seal-broken"), (0, "chronology", "seal-broken")]
    assert found == {"fact": 1, "link": 1, "search": 0, "history": 2}


def test_sealed_fields_that_are_not_as_the_type_says_are_a_failure_of_the_views_that_open_them(database: str) -> None:
    story = Story()
    record = story.registered()
    story.append(record, "RecordAmended", {}, {"subject": "S1"})
    story.append(record, "RecordDeregistered", {}, {"reason": "moved-away", "on": "2010-13-01"})
    failed, _ = counts(database, story)
    wanted = [(1, "search"), (1, "chronology"), (2, "chronology")]
    assert failed == [(offset, projection, "unreadable") for offset, projection in wanted]


def break_search(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Gives the search projection a fault, that shows with the second record."""
    project = Search.project

    def broken(self: Search, event: PublishedEvent) -> Any:
        if event.position == 3:
            raise error
        return project(self, event)

    monkeypatch.setattr(Search, "project", broken)


@pytest.mark.parametrize("error", [KeyError("given_name"), TypeError(), AttributeError(), ValueError("Ada"), OSError()])
def test_a_fault_of_a_projection_stops_it_and_says_where(
    database: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    story = Story()
    story.ada()
    story.ada()
    break_search(monkeypatch, error)
    with pytest.raises(ProjectionStopped) as stopped:
        counts(database, story)
    assert stopped.value.stop[:5] == ("register.events", 0, 2, "search", type(error).__name__)
    assert "given_name" not in str(stopped.value)
    assert "Ada" not in str(stopped.value)


def test_a_fault_of_what_is_derived_stops_the_log(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    story.ada()
    monkeypatch.setattr(findings, "refresh", lambda *_: {}["a finding"])
    with pytest.raises(ProjectionStopped, match=r"register\.events stands before register\.events/0/0: KeyError"):
        counts(database, story)


def test_a_row_that_postgres_refuses_stops_its_projection(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    story.ada()
    story.ada()
    project = AuditHistory.project

    def too_large(self: AuditHistory, event: PublishedEvent) -> Any:
        return project(self, event._replace(version=2**31 if event.position == 4 else event.version))

    monkeypatch.setattr(AuditHistory, "project", too_large)
    with pytest.raises(ProjectionStopped, match=r"audit_history stands before register\.events/0/3: NumericValueOutOf"):
        counts(database, story)


def streak(story: Story, streaks: Streaks) -> Streaks:
    """The streaks of failures after a story."""
    messages = read(story)
    _, failed = applying.project(REGISTER.projections, messages)
    return continued(streaks, REGISTER, messages, failed)


def broken_seals(number: int) -> Story:
    """So many records whose seals do not open, each with its child."""
    story = Story()
    for _ in range(number):
        story.ada()
    story.values = [value.replace(b'"sealed":"', b'"sealed":"!') for value in story.values]
    return story


def test_failures_in_a_row_stop_a_projection_and_one_success_ends_the_row() -> None:
    streaks = streak(broken_seals(MOST_IN_A_ROW - 1), {})
    assert streaks == {"search": MOST_IN_A_ROW - 1, "chronology": MOST_IN_A_ROW - 1}
    with pytest.raises(ProjectionStopped, match=r"search stands before register\.events/0/0: too many in a row"):
        streak(broken_seals(1), streaks)
    of_children_only = Story()
    of_children_only.listed(of_children_only.new_id())
    assert streak(of_children_only, streaks) == streaks
    good = Story()
    good.registered()
    assert streak(good, streaks) == {}
    mixed = broken_seals(2)
    mixed.registered()
    mixed.values += broken_seals(1).values
    assert streak(mixed, streaks | {"search": 1, "chronology": 1}) == {"search": 1, "chronology": 1}


def test_a_destroyed_key_is_no_failure_and_leaves_nothing_to_find(database: str) -> None:
    story = Story()
    record = story.registered()
    story.listed(record)
    story.seals.destroyed.add(record)
    failed, found = counts(database, story)
    assert failed == []
    assert found == {"fact": 1, "link": 1, "search": 1, "history": 2}
    with writing(database) as cursor:
        assert rows(cursor, SEARCH) == [(record, 1, *[None] * 11, 1)]


def test_an_event_of_a_type_that_is_not_known_is_history_only(database: str) -> None:
    story = Story()
    story.append(story.new_id(), "ChildForgotten", {"into": story.new_id()})
    assert counts(database, story) == ([], {"fact": 0, "link": 0, "search": 0, "history": 1})


def test_a_receipt_that_is_published_again_changes_nothing(database: str) -> None:
    values = [receipt("a", "submissions.gp/0/0"), receipt("b", "submissions.gp/0/1", "refused")]
    receipts = [decode_receipt(value) for value in values]
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, receipts, LOGS[RECEIPTS_LOG]) == []
        first = rows(cursor, RECEIPTS)
        assert take(cursor, [*receipts, *receipts], LOGS[RECEIPTS_LOG]) == []
        assert rows(cursor, RECEIPTS) == first
    assert len(first) == 2


def test_values_that_copy_has_signs_for_are_kept_as_they_are(database: str) -> None:
    odd = ["\\N", "a\\b", "a\tb", "a\nb", "\\.", ""]
    values = [receipt(name, f"submissions.gp/0/{offset}") for offset, name in enumerate(odd)]
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, [decode_receipt(value) for value in values], LOGS[RECEIPTS_LOG]) == []
        cursor.execute("select submission from receipts order by message_offset")
        assert [submission for (submission,) in cursor.fetchall()] == odd


def test_failures_are_kept_once_and_forgotten(database: str) -> None:
    with writing(database) as cursor:
        clear(cursor)
        failed = take(cursor, [None])
        failures.record(cursor, failed)
        failures.record(cursor, failed)
        assert failures.count(cursor) == 1
        assert sorted(failures.kept(cursor, None, 10)) == sorted(failed)
        first = failures.kept(cursor, None, 1)[0]
        assert failures.kept(cursor, first, 10) == sorted(failed)[1:]
        failures.forget(cursor, first)
        assert len(failures.kept(cursor, None, 10)) == len(failed) - 1


def test_a_failure_is_due_later_after_each_attempt_and_never_once_it_is_lost(database: str) -> None:
    with writing(database) as cursor:
        clear(cursor)
        failure = take(cursor, [None])[0]
        failures.record(cursor, [failure])
        waits = []
        for _ in range(14):
            assert failures.due(cursor, [failure.where], 10) == []
            cursor.execute("select round(extract(epoch from retry_at - now()))::int from failed_messages")
            waits += [wait for (wait,) in cursor.fetchall()]
            failures.put_off(cursor, failure, "unreadable")
        assert waits[:4] == [60, 120, 240, 480]
        assert waits[-1] == 24 * 60 * 60
        cursor.execute("update failed_messages set retry_at = now()")
        assert failures.due(cursor, [failure.where], 10) == [failure]
        assert failures.due(cursor, [Partition("register.events", 1)], 10) == []
        failures.give_up(cursor, failure)
        assert failures.due(cursor, [failure.where], 10) == []
        assert [each.code for each in failures.kept(cursor, None, 10)] == ["lost"]


def test_a_stop_is_kept_since_it_began_until_its_message_is_passed(database: str) -> None:
    stop = Stop("register.events", 0, 5, "search", "KeyError", "projections/search/project.py:1")
    with writing(database) as cursor:
        clear(cursor)
        positions.begin(cursor, [stop.where])
        stops.record(cursor, stop)
        cursor.execute("update stops set since = '2026-11-29T10:00:00Z'")
        stops.record(cursor, stop)
        positions.advance(cursor, {stop.where: Progress(0, 5, 5)})
        stops.forget_passed(cursor)
        assert stops.kept(cursor) == [(stop, "2026-11-29T10:00:00Z")]
        positions.advance(cursor, {stop.where: Progress(5, 6, 6)})
        stops.forget_passed(cursor)
        assert stops.kept(cursor) == []


def test_what_stopped_at_one_moment_is_listed_in_one_order(database: str) -> None:
    every = [Stop("register.events", 0, 5, name, "KeyError", "") for name in ("receipts", "search", "timeline")]
    with writing(database) as cursor:
        clear(cursor)
        for stop in reversed(every):
            stops.record(cursor, stop)
        assert [stop for stop, _ in stops.kept(cursor)] == every
