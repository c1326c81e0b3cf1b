"""Views are built beside the live ones from Kafka, and refused where Kafka no longer has every position."""

import threading
from contextlib import closing

import psycopg2
import pytest
from kafka import KafkaAdminClient, TopicPartition

from projections.engine import positions, schema, view_schemas
from projections.engine.digest import digest
from projections.engine.live_schema import ViewsNotBuilt, use_live
from projections.engine.positions import views_position
from services.rebuild import rebuild
from services.replay.moment_views import ReplayRunning, Until, moment_views
from streams.crypto.publication_key import PublicationKey
from streams.kafka.topics import REGISTER_EVENTS
from streams.projecting.building import Load, loader
from streams.projecting.completeness import PositionsMissing
from streams.projecting.first_build import ensure_views
from streams.store.database import Cursor
from tests.support.projector_stage import Stage, add_records

OTHER = 4_712


@pytest.fixture(scope="module", autouse=True)
def published(stage: Stage) -> None:
    """A log in Kafka whose views are live, and of which the relay has noted that all of it is published."""
    add_records(stage.story, 20)
    with stage.projecting():
        stage.publish()
        stage.settle()
    last = len(stage.story.events)
    stage.rows("insert into publication.published (log, position) values (%s, %s)", REGISTER_EVENTS, last)


def ensure(stage: Stage) -> None:
    """As a projector does when it starts."""
    key = PublicationKey.from_file(stage.publication_key)
    ensure_views(stage.kafka, stage.url, loader(stage.kafka, stage.url, stage.key, key), threading.Event())


def live(stage: Stage) -> tuple[str, str]:
    """The schema of the live views of this version, and its digest."""
    with closing(psycopg2.connect(stage.url)) as connection, connection.cursor() as cursor:
        name = use_live(cursor)
        return name, digest(cursor, name)


def test_views_of_another_version_are_built_beside_and_are_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, rows = live(stage)
    monkeypatch.setattr(schema, "ROWS", OTHER)
    with pytest.raises(ViewsNotBuilt):
        live(stage)
    ensure(stage)
    new, built = live(stage)
    assert new != old
    assert built == rows
    assert stage.rows("select digest from projection.schemas where name = %s", new) == [(rows,)]
    ensure(stage)
    assert live(stage)[0] == new, "what is there is not built again"
    monkeypatch.undo()
    assert live(stage) == (old, rows)


def test_a_rebuild_switches_to_another_schema_and_the_projector_goes_on_in_it(stage: Stage) -> None:
    old, rows = live(stage)
    with stage.projecting():
        done = rebuild(stage.kafka, stage.url, stage.key, stage.publication_key)
        assert (done.live, done.rebuilt, done.switched) == (rows, rows, True)
        assert live(stage)[0] != old
        add_records(stage.story, 5)
        stage.publish()
        stage.settle()
    assert stage.register_views() == stage.expected()


def test_views_of_a_moment_are_those_that_were_live_then_and_are_dropped(stage: Stage) -> None:
    def load(keeps: Until) -> Load:
        return loader(stage.kafka, stage.url, stage.key, PublicationKey.from_file(stage.publication_key), keeps)

    def left() -> list[tuple[str, ...]]:
        return stage.rows("select name from projection.schemas where definition like 'moment%%' or state = 'building'")

    of_then, moment = live(stage)[1], max(event.recorded_at for event in stage.story.events)
    with stage.projecting():
        add_records(stage.story, 5)
        stage.publish()
        stage.settle()
    of_now = live(stage)
    assert of_now[1] != of_then
    with closing(psycopg2.connect(stage.url)) as connection, connection, connection.cursor() as cursor:
        killed = view_schemas.begin(cursor, 1, f"moment_{schema.definition()}")
        schema.create_tables(cursor, killed)
    assert left() == [(killed,)]
    with moment_views(stage.url, load, moment) as views:
        assert views.digest == of_then
        assert left() == [(views.schema,)]
        with pytest.raises(ReplayRunning), moment_views(stage.url, load, moment):
            pass
    assert left() == []
    with moment_views(stage.url, load, "1999-01-01T00:00:00.000000Z") as views:
        assert stage.rows(f"select count(*) from {views.schema}.history") == [(0,)]
    with pytest.raises(KeyError), moment_views(stage.url, load, moment):
        raise KeyError
    assert left() == []
    assert live(stage) == of_now


def test_what_is_applied_while_a_moment_begins_is_not_missing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    key = PublicationKey.from_file(stage.publication_key)

    def load(keeps: Until) -> Load:
        return loader(stage.kafka, stage.url, stage.key, key, keeps)

    def position(cursor: Cursor, log: str) -> int:
        with stage.projecting():
            add_records(stage.story, 1)
            stage.publish()
            stage.settle()
        last = len(stage.story.events)
        stage.rows("update publication.published set position = %s where log = %s", last, REGISTER_EVENTS)
        return views_position(cursor, log)

    of_then, moment = live(stage)[1], max(event.recorded_at for event in stage.story.events)
    monkeypatch.setattr(positions, "views_position", position)
    with moment_views(stage.url, load, moment) as views:
        assert views.digest == of_then


def test_what_kafka_has_lost_is_named_and_the_live_views_stay(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    last = len(stage.story.events)
    stage.rows("update publication.published set position = %s where log = %s", last, REGISTER_EVENTS)
    before = live(stage)
    partition, lost = max(
        stage.rows("select partition, next_offset from positions where topic = %s", REGISTER_EVENTS),
        key=lambda row: row[1],
    )
    with closing(KafkaAdminClient(**stage.kafka.for_kafka_python())) as admin:
        admin.delete_records({TopicPartition(REGISTER_EVENTS, partition): lost})
    for replace in (False, True):
        with pytest.raises(PositionsMissing, match=rf"{lost} of the {last} positions of {REGISTER_EVENTS} are missing"):
            rebuild(stage.kafka, stage.url, stage.key, stage.publication_key, replace=replace)
        assert live(stage) == before
    assert stage.rows("select count(*) from projection.schemas where state = 'building'") == [(0,)]
    monkeypatch.setattr(schema, "ROWS", OTHER + 1)
    with pytest.raises(PositionsMissing):
        ensure(stage)
    with pytest.raises(ViewsNotBuilt, match="cannot be built: Kafka has lost events"):
        live(stage)
