"""While Kafka is away the projector waits, logs it once, and goes on by itself."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from services.local_stack.program import running
from tests.support.own_kafka import own_kafka
from tests.support.projector_stage import Stage, add_records, logged
from tests.support.waiting import eventually


def test_kafka_goes_and_comes_back(
    server_folder: Path, database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program, settings = own_kafka(server_folder, "stopped-kafka")
    with ExitStack() as server, logged() as log:
        server.enter_context(running(program))
        with closing(Stage(settings, database_url, tmp_path)) as stage:
            add_records(stage.story, 20)
            stage.publish()
            with stage.projecting():
                stage.settle()
                server.close()
                eventually(lambda: log.has("waiting: Kafka"))
                server.enter_context(running(program))
                eventually(lambda: log.has("going on"))
                add_records(stage.story, 20)
                stage.publish()
                stage.settle()
            assert stage.register_views() == stage.expected()
    assert log.times("waiting: Kafka cannot be reached") == 1
    assert "Traceback" not in "".join(capfd.readouterr())
