"""While Postgres is away the projector waits, says so once, and goes on by itself."""

import psycopg2
import pytest

from tests.conftest import administer
from tests.pipeline.live.stage import Stage, listening, tell_much
from tests.support.waiting import eventually


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
    assert said.times("waiting: Postgres") == 1
    assert "Traceback" not in "".join(capfd.readouterr())


def test_postgres_that_ends_the_connection_in_the_middle_is_asked_again(stage: Stage) -> None:
    with stage.projecting():
        for _ in range(5):
            eventually(lambda: cut_while_it_applies(stage))
            tell_much(stage.story, 30)
            stage.publish()
            end_connections(stage)
        stage.settle()
    assert stage.register_views() == stage.expected()


def send_something(stage: Stage) -> bool:
    """Gives the projector something to apply: an idle connection is not missed."""
    stage.look([b"{}"])
    return False


def cut_while_it_applies(stage: Stage) -> bool:
    """Gives the projector something to apply, and tells whether its connection was in a transaction when it was cut."""
    tell_much(stage.story, 3)
    stage.publish()
    return end_connections(stage, "and state <> 'idle'") > 0


def end_connections(stage: Stage, those: str = "") -> int:
    """Ends the projector's connections, and tells how many there were."""
    with psycopg2.connect(stage.url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            f" where datname = current_database() and application_name like 'contactpoint projector%' {those}"
        )
        ended = cursor.rowcount
    connection.close()
    return ended
