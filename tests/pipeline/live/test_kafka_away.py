"""While Kafka is away the projector waits, says so once, and goes on by itself."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from services.local_stack.program import Program, running
from streams.kafka.settings import KafkaSettings
from tests.pipeline.live.stage import Stage, listening, tell_much
from tests.support.topics import delete_topics
from tests.support.waiting import eventually


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
    assert said.times("waiting: Kafka cannot be reached") == 1
    assert "Traceback" not in "".join(capfd.readouterr())
