"""Two projectors write at once: whichever commits first, what follows from several streams is as a rebuild has it."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.base.projection import PublishedEvent
from projections.catalogue import DERIVED, TABLES
from projections.engine import digest, schema
from projections.engine.live_schema import use_live
from tests.support.postgres_views import FRESH, clear, empty_views, load, take, writing
from tests.support.story import Story
from tests.support.strategies import stories
from tests.support.waiting import eventually

BATCH = 4
"""Events of a batch: so few that most of what belongs together is split between the two."""


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


@contextmanager
def writer(database: str) -> Iterator[Any]:
    """A connection that writes to the live views, as a projector's does."""
    with closing(psycopg2.connect(database)) as connection:
        connection.set_session(isolation_level="READ COMMITTED")
        with connection.cursor() as cursor:
            schema.use(cursor, use_live(cursor))
        connection.commit()
        yield connection


def live_name(database: str) -> str:
    """The schema of the live views."""
    with writing(database) as cursor:
        return use_live(cursor)


def apply(connection: Any, batch: Sequence[PublishedEvent]) -> None:
    """Applies a batch, and commits nothing."""
    with connection.cursor() as cursor:
        assert take(cursor, batch) == []


def at_once(first: Any, second: Any, batches: tuple[Sequence[PublishedEvent], Sequence[PublishedEvent]]) -> None:
    """Two transactions that overlap: the first commits when the second has written, or waits for it."""
    with ThreadPoolExecutor(1) as thread:
        apply(first, batches[0])
        applying = thread.submit(apply, second, batches[1])
        eventually(lambda: applying.done() or waits(first, second))
        first.commit()
        applying.result()
        second.commit()


def waits(first: Any, second: Any) -> bool:
    """Whether the second connection waits for a lock, asked by the first in its own transaction."""
    with first.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where pid = %s and not granted)", (second.info.backend_pid,)
        )
        return bool(cursor.fetchone()[0])


def batches_of(events: Sequence[PublishedEvent], seed: int) -> tuple[list[Any], list[Any]]:
    """The events of two partitions, each in batches in the order of its streams' events."""
    partitions: tuple[list[PublishedEvent], list[PublishedEvent]] = ([], [])
    for event in events:
        partitions[random.Random(f"{event.stream} {seed}").randrange(2)].append(event)
    left, right = ([part[at : at + BATCH] for at in range(0, len(part), BATCH)] for part in partitions)
    return left, right


def sums(database: str, target: str) -> list[str]:
    """What each table holds, in short."""
    with writing(database) as cursor:
        return [digest.table_sums(cursor, target, table.name) for table in (*TABLES, *DERIVED)]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories(least=12), seed=st.integers(0, 10**6))
def test_whatever_two_writers_wrote_is_what_a_rebuild_makes(database: str, story: Story, seed: int) -> None:
    chance = random.Random(seed)
    left, right = batches_of(story.events, seed)
    with writing(database) as cursor:
        clear(cursor)
    with writer(database) as first, writer(database) as second:
        while left or right:
            batches = [side.pop(0) if side else [] for side in (left, right)]
            if chance.random() < 0.5:
                at_once(first, second, (batches[0], batches[1]))
            else:
                at_once(second, first, (batches[1], batches[0]))
    load(database, [story.events])
    assert sums(database, live_name(database)) == sums(database, FRESH)


def hidden(database: str) -> list[str]:
    with writing(database) as cursor:
        cursor.execute("select child::text from hidden order by 1")
        return [child for (child,) in cursor.fetchall()]


def test_a_suspicion_and_the_shield_it_is_about_hide_the_child_whoever_is_first(database: str) -> None:
    for swapped in (False, True):
        story = Story()
        record, other = story.registered(), story.registered()
        child, shielded = story.listed(record), story.listed(other)
        known = len(story.events)
        story.suspected(child, record, other)
        story.shielded(shielded)
        with writing(database) as cursor:
            clear(cursor)
            take(cursor, story.events[:known])
        suspicion, shield = story.events[known:]
        with writer(database) as first, writer(database) as second:
            at_once(first, second, ([shield], [suspicion]) if swapped else ([suspicion], [shield]))
        assert hidden(database) == sorted([child, shielded])


def test_what_a_record_says_and_the_child_it_is_linked_to_are_both_in_the_findings(database: str) -> None:
    story = Story()
    record = story.registered(date_of_birth="2000-03-04")
    story.listed(record)
    of_record, of_child = (
        [event for event in story.events if (event.stream == record) is same] for same in (True, False)
    )
    for batches in ((of_record, of_child), (of_child, of_record)):
        with writing(database) as cursor:
            clear(cursor)
        with writer(database) as first, writer(database) as second:
            at_once(first, second, batches)
        with writing(database) as cursor:
            cursor.execute("select count(*) from listing")
            assert cursor.fetchone() == (1,)
