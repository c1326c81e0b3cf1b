"""While Kafka or Postgres is away the projector waits, says so once, and goes on by itself."""

from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest

from services.local_stack.program import Program, running
from streams.kafka import KafkaSettings
from tests.conftest import administer
from tests.live.stage import Said, Stage, delete_topics, eventually, listening, tell_much


def test_kafka_goes_and_comes_back(
    kafka_server: tuple[Program, KafkaSettings], database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program, settings = kafka_server
    with ExitStack() as server, listening() as said:
        server.enter_context(running(program))
        delete_topics(settings)
        stage = Stage(settings, database_url, tmp_path)
        tell_much(stage.story, 20)
        stage.publish()
        with stage.projecting():
            stage.settle()
            server.close()
            eventually(lambda: said.has("waiting: Kafka"))
            server.enter_context(running(program))
            eventually(lambda: said.has("going on"))
            tell_much(stage.story, 20)
            stage.publish()
            stage.settle()
        assert stage.register_views() == stage.expected()
        stage.close()
    assert said_once(said, "waiting: Kafka cannot be reached")
    assert "Traceback" not in "".join(capfd.readouterr())


def test_postgres_goes_and_comes_back(stage: Stage, postgres: str, capfd: pytest.CaptureFixture[str]) -> None:
    name = stage.url.rpartition("/")[2]
    with stage.projecting(), listening() as said:
        stage.settle()
        stage.database.close()
        administer(postgres, f"alter database {name} allow_connections false")
        administer(postgres, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        eventually(lambda: said.has("waiting: Postgres") or send_something(stage))
        administer(postgres, f"alter database {name} allow_connections true")
        eventually(lambda: said.has("going on"))
        stage.story.ada()
        stage.publish()
        stage.settle()
    assert stage.register_views() == stage.expected()
    assert said_once(said, "waiting: Postgres")
    assert "Traceback" not in "".join(capfd.readouterr())


def test_postgres_that_ends_the_connection_in_the_middle_is_asked_again(stage: Stage) -> None:
    with stage.projecting():
        for _ in range(5):
            tell_much(stage.story, 30)
            stage.publish()
            end_connections(stage)
        stage.settle()
    assert stage.register_views() == stage.expected()


def send_something(stage: Stage) -> bool:
    """Gives the projector something to apply: an idle connection is not missed."""
    stage.look([b"{}"])
    return False


def end_connections(stage: Stage) -> None:
    with psycopg2.connect(stage.url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and application_name like 'contactpoint projector%'"
        )
    connection.close()


def said_once(said: Said, text: str) -> bool:
    """Whether exactly one line has the text."""
    return sum(text in line for line in said.lines) == 1
