"""An entry now, as known now and as true today is one entry, for every reader and child, whatever was told."""

import random
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.directory import query as directory
from projections.directory.as_of import AsOf
from projections.directory.redaction import ReadScope
from streams.codec import decode_event
from tests.security.protection.hiding import made_sensitive, record_streams
from tests.support.postgres_views import clear, empty_views, take, writing
from tests.support.story import Seals, Story
from tests.support.strategies import stories

TODAY, LATER_DAY = date(2026, 11, 23), date(2089, 1, 2)
NOW, END_OF_TODAY = "2026-11-23T12:00:00.000000Z", "2026-11-23T23:59:59.999999Z"
AHEAD = "2026-11-24T06:00:00.000000Z"
"""A time that a clock may give that runs ahead of the directory's."""
FAR = "2089-01-01"
ENDS = ("on", "lowered_on", "ended_on")
MOVES = ("merged", "set_aside", "accepted", "ruled_out", "ruled_in", "suspended", "resumed")


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


def with_times_ahead(values: Sequence[bytes], chance: random.Random) -> list[bytes]:
    """The log in which some of what agencies told is of a time ahead, or ends on a day that has not come."""
    changed = []
    for value in values:
        event = orjson.loads(value)
        if event["source"].startswith("urn:agency:") and chance.random() < 0.4:
            event["time"] = AHEAD
        if event.get("sealed") and chance.random() < 0.5:
            personal = orjson.loads(b64decode(event["sealed"]))
            personal |= {name: FAR for name in ENDS if name in personal}
            event["sealed"] = b64encode(orjson.dumps(personal)).decode()
        changed.append(orjson.dumps(event))
    return changed


def decided(story: Story, moves: Sequence[tuple[str, int]]) -> None:
    """Goes on with what is decided about records and children."""
    for move, which in moves:
        children = sorted(story.members)
        child = children[which % len(children)]
        record = story.members[child][which % len(story.members[child])] if story.members[child] else None
        other = children[(which // 2) % len(children)]
        if move == "merged" and other != child:
            story.merged(child, other)
        elif record and move in ("ruled_out", "ruled_in"):
            story.ruled_on(child, record, aside=move == "ruled_out")
        elif record and move in ("suspended", "resumed"):
            getattr(story, move)(record)
        elif record and move != "merged":
            getattr(story, move)(child, record)


@settings(max_examples=100)
@given(
    stories(least=1),
    st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 9)), max_size=5),
    st.sets(st.integers(0, 9), max_size=3),
    st.integers(0, 2**32),
)
def test_now_as_known_now_and_as_true_today_are_alike(
    database: str, story: Story, moves: list[tuple[str, int]], clinics: set[int], chance: int
) -> None:
    decided(story, moves)
    records = record_streams(story.values)
    told = made_sensitive(story.values, {each for nth, each in enumerate(records) if nth in clinics})
    told = with_times_ahead(told, random.Random(chance))
    children = sorted({orjson.loads(value)["subject"] for value in told} - set(records))
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, [decode_event(value, Seals()) for value in told]) == []
        for child in children:
            for scope in scopes(child):
                asked = [(None, None), (NOW, None), (None, END_OF_TODAY), (NOW, END_OF_TODAY)]
                now, *others = (entry_and_lines(cursor, child, *each, scope) for each in asked)
                assert others == [now] * 3


def scopes(child: str) -> list[ReadScope]:
    """Every reader: cleared or not, to whom the child's shield is opened or not."""
    return [ReadScope(cleared, TODAY, opened) for cleared in (True, False) for opened in ((), (child,))]


def entry_and_lines(cursor: Any, child: str, known: str | None, true: str | None, scope: ReadScope) -> Any:
    """What is shown, but for `position`: now it counts a removal, of which nothing is shown for a moment.

    Stories have records of one agency under one number, which nothing orders.
    """
    found = directory.redacted_entry(cursor, Seals(), child, AsOf(known, true), TODAY, scope)
    entry = found.entry and {**found.entry, "as_of": None, "position": None}
    return entry and entry | {"records": sorted(entry["records"], key=orjson.dumps)}, found.services, found.is_shielded


@pytest.mark.parametrize("on", [FAR, "2026-11-24"])
def test_a_flag_and_a_record_end_on_the_day_that_is_named(database: str, on: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    story.flagged(record)
    story.unflagged(record, on=on)
    story.deregistered(record, on=on)
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, story.events) == []

        def ended(known: str | None, true: str | None, day: date) -> tuple[bool, bool]:
            entry = directory.entry(cursor, story.seals, child, AsOf(known, true), today=day)
            assert entry is not None
            return not entry["flags"], "deregistered" in entry["records"][0]

        last = date.fromisoformat(on)
        for moments in ((None, None), (NOW, None), (None, END_OF_TODAY)):
            assert ended(*moments, TODAY) == (False, False)
        assert ended(None, None, last) == ended(None, f"{on}T09:00:00.000000Z", last) == (True, True)


def test_what_is_told_of_a_time_ahead_is_true_at_once(database: str) -> None:
    story = Story()
    record = story.registered(time=AHEAD)
    child = story.listed(record)
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, story.events) == []
        shown = [
            directory.entry(cursor, story.seals, child, AsOf(None, true), today=TODAY)
            for true in (None, END_OF_TODAY, NOW, "2026-11-22T12:00:00.000000Z")
        ]
    assert [entry is not None for entry in shown] == [True, True, True, False]
