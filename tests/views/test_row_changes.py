"""Whichever way a log is applied, and however it is cut and repeated, the rows are the same."""

import random
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.base import postgres
from projections.base.memory import MemoryViews
from projections.base.projection import PublishedEvent, Put, Row
from projections.catalogue import LOGS, REGISTER_LOG
from projections.directory.project import LINK
from projections.engine import live
from projections.engine.apply import apply
from projections.engine.digest import digest
from projections.engine.live_schema import use_live
from streams.store.database import Cursor
from tests.support.postgres_views import FRESH, clear, empty_views, load, messages_of, rows, take, writing
from tests.support.story import Story
from tests.support.strategies import stories

TABLES = [table for projection in LOGS[REGISTER_LOG].projections for table in projection.tables]
few = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


def in_memory(events: Sequence[PublishedEvent]) -> dict[str, list[Row]]:
    views = MemoryViews()
    for event in events:
        for projection in LOGS[REGISTER_LOG].projections:
            views.apply(projection.project(event))
    return {table.name: views.rows(table) for table in TABLES}


def cut(events: list[PublishedEvent], chance: random.Random) -> list[list[PublishedEvent]]:
    """The events in batches of any size, some batches twice."""
    batches = []
    while events:
        size = chance.randint(1, len(events))
        batches += [events[:size]] * chance.randint(1, 2)
        events = events[size:]
    return batches


def by_partition(events: list[PublishedEvent], chance: random.Random) -> list[PublishedEvent]:
    """The events as four partitions may deliver them: in order within one, in no order between them."""
    lanes: list[list[PublishedEvent]] = [[] for _ in range(4)]
    for event in events:
        lanes[int(event.stream[:8], 16) % 4].append(event)
    mixed = []
    while any(lanes):
        mixed.append(chance.choice([lane for lane in lanes if lane]).pop(0))
    return mixed


@few
@given(story=stories(), chance=st.randoms(use_true_random=False))
def test_postgres_holds_what_memory_holds(database: str, story: Story, chance: random.Random) -> None:
    with writing(database) as cursor:
        clear(cursor)
        for batch in cut(by_partition(story.events, chance), chance):
            assert take(cursor, batch) == []
        found = {table.name: rows(cursor, table) for table in TABLES}
    assert found == in_memory(story.events)


def test_a_link_that_another_child_had_before_is_no_refusal(database: str) -> None:
    record, one, other = (str(UUID(int=number)) for number in (1, 2, 3))
    with writing(database) as cursor:
        clear(cursor)
        for position, child in enumerate((one, other), start=1):
            live.write(cursor, [Put(LINK, (record, child, position), True)])
        assert rows(cursor, LINK) == [(record, other, 2)]


@few
@given(story=stories(), chance=st.randoms(use_true_random=False))
def test_a_bulk_load_holds_what_the_live_views_hold(database: str, story: Story, chance: random.Random) -> None:
    with writing(database) as cursor:
        clear(cursor)
        take(cursor, story.events)
    load(database, cut(by_partition(story.events, chance), chance))
    with writing(database) as cursor:
        assert {table.name: rows(cursor, table, FRESH) for table in TABLES} == in_memory(story.events)
        assert digest(cursor, FRESH) == digest(cursor, use_live(cursor))


def test_a_new_child_is_copied_at_the_first_try(database: str) -> None:
    story = Story()
    for _ in range(2):
        record = story.registered()
        story.linked(story.listed(record), record)
    tries: list[set[bool]] = []

    def counted(cursor: Cursor, puts: Sequence[Put]) -> None:
        tries.append({put.first for put in puts})
        postgres.write(cursor, puts)

    with writing(database) as cursor:
        clear(cursor)
        assert apply(cursor, LOGS[REGISTER_LOG], messages_of(story.events), counted) == []
    assert len(tries) == 1
    assert True in tries[0]


def test_an_older_change_does_not_undo_a_later_one(database: str) -> None:
    story = Story()
    record = story.registered()
    story.amended(record, given_name="Augusta")
    first, second = story.events
    with writing(database) as cursor:
        clear(cursor)
        take(cursor, [second])
        take(cursor, [first])
        cursor.execute("select version from fact")
        assert cursor.fetchall() == [(2,)]


def test_the_digest_tells_any_difference(database: str) -> None:
    story = Story()
    story.ada()
    with writing(database) as cursor:
        clear(cursor)
        empty = digest(cursor, use_live(cursor))
        take(cursor, story.events)
        whole = digest(cursor, use_live(cursor))
        cursor.execute("update search set postcode = 'ZX11AA'")
        changed = digest(cursor, use_live(cursor))
    assert len({empty, whole, changed}) == 3
    assert len(whole) == 64
