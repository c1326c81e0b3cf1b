"""While Postgres is away the projector waits, logs it once, and goes on by itself."""

import psycopg2
import pytest

from tests.conftest import administer
from tests.support.projector_stage import Stage, add_records, logged
from tests.support.waiting import eventually


def test_postgres_goes_and_comes_back(stage: Stage, postgres: str, capfd: pytest.CaptureFixture[str]) -> None:
    name = stage.url.rpartition("/")[2]
    with stage.projecting(), logged() as log:
        stage.settle()
        add_records(stage.story, 3)
        stage.database.close()
        administer(postgres, f"alter database {name} allow_connections false")
        administer(postgres, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        stage.publish()  # An idle connection is not missed.
        eventually(lambda: log.has("waiting: Postgres"))
        administer(postgres, f"alter database {name} allow_connections true")
        eventually(lambda: log.has("going on"))
        stage.story.ada()
        stage.publish()
        stage.settle()
    assert stage.register_views() == stage.expected()
    assert log.times("waiting: Postgres") == 1
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_connection_cut_while_the_projector_applies_costs_nothing(stage: Stage) -> None:
    with stage.projecting():
        for _ in range(5):
            eventually(lambda: cut_while_it_applies(stage))
            add_records(stage.story, 30)
            stage.publish()
            end_connections(stage)
        stage.settle()
    assert stage.register_views() == stage.expected()


def cut_while_it_applies(stage: Stage) -> bool:
    """Whether the projector, given something to apply, was in a transaction when its connection was cut."""
    add_records(stage.story, 3)
    stage.publish()
    return end_connections(stage, "and state <> 'idle'") > 0


def end_connections(stage: Stage, those: str = "") -> int:
    """Ends the projector's connections; gives how many there were."""
    with psycopg2.connect(stage.url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            f" where datname = current_database() and application_name like 'contactpoint projector%' {those}"
        )
        ended = cursor.rowcount
    connection.close()
    return ended
