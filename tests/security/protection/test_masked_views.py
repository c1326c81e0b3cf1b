"""A reader without clearance gets what there would be had the sensitive agencies' records never existed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching import Searcher
from projections.audit_history.query import history
from projections.directory import query as directory
from projections.directory.as_of import AsOf
from projections.directory.query import Moment, redacted_entries_of_then
from projections.directory.redaction import ReadScope
from projections.duplicates.query import contradictions, suspected_others, suspected_pairs
from projections.search.query import find
from services.registrar.matcher_settings import load_settings
from streams.codec import decode_event
from streams.store.database import Cursor
from tests.conftest import empty_database
from tests.security.protection.hiding import made_sensitive, record_streams, without
from tests.support.postgres_views import clear, empty_views, take, writing
from tests.support.story import Seals, Story
from tests.support.strategies import stories

TODAY = date(2026, 11, 23)
NOBODY = "00000000-0000-4000-8000-000000000000"
SEARCHER = Searcher(load_settings())


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


def answers(
    database: str, values: Sequence[bytes], children: Sequence[str], names: Sequence[str], times: Sequence[str | None]
) -> dict[str, Any]:
    """All that a masked reader gets to every question about these children, who may not be there."""
    seals = Seals()
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, [decode_event(value, seals) for value in values]) == []
        return {
            "children": directory.children(cursor, None, 100),
            "known": directory.children_with_records(cursor, children),
            "entries": [
                directory.redacted_entry(cursor, seals, child, AsOf(time), TODAY, ReadScope(False, TODAY)).entry
                for child in children
                for time in times
            ],
            "effective": [
                directory.entry(cursor, seals, each, AsOf(None, "2009-01-01"), today=TODAY) for each in children
            ],
            "history": [history(cursor, seals, child) for child in children],
            "found": [_found(cursor, name) for name in names],
            "suspected": suspected_pairs(cursor, None, 100),
            "contradictions": contradictions(cursor, None, 100),
            "may_be": suspected_others(cursor, children),
        }


def _found(cursor: Cursor, name: str) -> Any:
    asked = SEARCHER.query({"given_name": name, "family_name": "Quaternion", "date_of_birth": "2001-02-03"})
    return find(cursor, SEARCHER, asked, 50)


@settings(max_examples=60)
@given(story=stories(), chosen=st.sets(st.integers(0, 9), max_size=5))
def test_nothing_of_a_sensitive_record_shows(database: str, story: Story, chosen: set[int]) -> None:
    records = record_streams(story.values)
    sensitive = {record for number, record in enumerate(records) if number in chosen}
    full = made_sensitive(story.values, sensitive)
    events = [orjson.loads(value) for value in full]
    children = list(dict.fromkeys(each["subject"] for each in events if each["subject"] not in records)) or [NOBODY]
    names = sorted({_given_name(value) for value in full if b'"Record' in value} - {""})[:6]
    times = [None, *sorted({each["recordedat"] for each in events})[::3]]
    asked = (children, names, times)
    assert answers(database, full, *asked) == answers(database, without(full, sensitive), *asked)


def _given_name(value: bytes) -> str:
    event = decode_event(value, Seals())
    return str(event.personal.get("particulars", {}).get("given_name", ""))


def test_the_number_of_a_child_that_only_a_sensitive_agency_knew_leads_to_nobody(database: str) -> None:
    story = Story()
    openly = story.listed(story.registered())
    secret = story.registered("clinic", "C1")
    number = story.listed(secret, "clinic")
    story.merged(openly, number)
    values = made_sensitive(story.values, {secret})
    with writing(database) as cursor:
        clear(cursor)
        take(cursor, [decode_event(value, Seals()) for value in values])
        for time in (None, orjson.loads(values[-1])["recordedat"]):
            for cleared, means in ((True, openly), (False, None)):
                read_scope = ReadScope(cleared, TODAY)
                entry = directory.redacted_entry(cursor, Seals(), number, AsOf(time), TODAY, read_scope).entry
                assert (entry and entry["child"]) == means
        assert history(cursor, Seals(), number) == []
        assert history(cursor, Seals(), number, cleared=True)


def test_views_of_a_moment_show_as_many_restricted_lines_as_there_are_now(database: str, postgres: str) -> None:
    story = Story()
    openly = story.registered()
    child = story.listed(openly)
    clinic = story.registered("clinic", "C1")
    story.linked(child, clinic, "clinic")
    story.involved(clinic)
    events = [decode_event(value, Seals()) for value in made_sensitive(story.values, {clinic})]
    for before, lines in ((events[:2], 0), (events, 1)):
        with empty_database(postgres) as other:
            empty_views(other)
            with writing(database) as now, writing(other) as then:
                clear(now)
                assert take(now, events) == take(then, before) == []
                moment = Moment(before[-1].recorded_at, TODAY)
                asked = then, Seals(), [child], moment, ReadScope(False, TODAY), now
                (masked,) = redacted_entries_of_then(*asked)
                (told,) = redacted_entries_of_then(*asked, lines_of_then=True)
        assert (masked.services, told.services) == (1, lines)
        assert masked.entry == told.entry
