"""`contactpoint up` beside servers that are not there: it says what it waits for, and why."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from streams.kafka.settings import KafkaSettings
from tests.support.forked import forked_up
from tests.support.waiting import eventually


@pytest.fixture
def closed_port() -> int:
    """A port at which nothing listens."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port at which something listens that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def log_of_up(folder: Path, kafka: str, database_url: str, awaited: str) -> str:
    """What `up` has said by the time at which it says what is awaited, or ends."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CONTACTPOINT_")}
    environ |= {"CONTACTPOINT_KAFKA": kafka, "CONTACTPOINT_DATABASE_URL": database_url}
    log = folder / "up.err"
    log.touch()
    process = forked_up(folder / "data", environ, log, log)
    try:
        eventually(lambda: awaited in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
    finally:
        process.terminate()
        process.wait(60)
    return log.read_text()


@pytest.mark.parametrize("port", ["closed_port", "silent_port"])
def test_it_names_a_postgres_that_it_waits_for(port: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    number = request.getfixturevalue(port)
    awaited = f"Postgres cannot be reached at 127.0.0.1:{number}"
    url = f"postgresql://nobody:a-secret@127.0.0.1:{number}/none"
    log = log_of_up(tmp_path, f"127.0.0.1:{number}", url, awaited)
    assert "CONTACTPOINT_DATABASE_URL" in log
    assert "a-secret" not in log


@pytest.mark.parametrize("port", ["closed_port", "silent_port"])
def test_it_names_a_kafka_that_it_waits_for(
    port: str, tmp_path: Path, database_url: str, request: pytest.FixtureRequest
) -> None:
    number = request.getfixturevalue(port)
    log = log_of_up(tmp_path, f"127.0.0.1:{number}", database_url, f"Kafka cannot be reached at 127.0.0.1:{number}")
    assert "CONTACTPOINT_KAFKA" in log


def test_it_names_a_database_that_is_not_there(tmp_path: Path, postgres: str, kafka: KafkaSettings) -> None:
    url = postgres.rpartition("/")[0] + "/no_such_database"
    assert "CONTACTPOINT_DATABASE_URL" in log_of_up(tmp_path, kafka.bootstrap_servers, url, "does not exist")
