"""What the tests of the API share: a small directory and a client of the API over it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition
from starlette.testclient import TestClient

from projections.base.partition import Partition
from services.api.routes import dead_letters
from services.api.server import open_app
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.registrar.receipts import Answer, dead_letter
from services.submission_contract.reading import Reason
from tests.support.world import World, person, submission

NHS_NUMBER = "9990000018"
NOBODY = "00000000-0000-4000-8000-000000000000"
"""The number of a child whom nobody knows."""
REASON = {"Access-Reason": "safeguarding enquiry"}

Headers = dict[str, str]


def know_one_child(world: World) -> None:
    """Makes one child known by two agencies."""
    started = {"involvement": "i1", "service": "gp", "organisation": {"name": "Cragdale Surgery", "code": "Y99999"}}
    outcomes = world.submit(
        person("S1", nhs_number=NHS_NUMBER),
        person("G1", "gp", nhs_number=NHS_NUMBER),
        submission("involvement.started", "G1", started, "gp"),
    )
    assert outcomes == ["accepted"] * 3


@contextmanager
def client_of(world: World) -> Iterator[TestClient]:
    """A client of the API, which is closed with it."""
    with TestClient(open_app(world.settings)) as client:
        yield client


def bearer(world: World, subject: str) -> Headers:
    """The header of a caller."""
    return {"Authorization": f"Bearer {world.token(subject)}"}


def looking(world: World, subject: str = "user:demo-data-manager") -> Headers:
    """The headers of a user with a reason: of one who may do everything about children where none is named."""
    return bearer(world, subject) | REASON


def as_dead_letter(client: TestClient, who: Headers, value: bytes) -> dict[str, Any]:
    """How a dead letter with that content, from a council's topic, is shown to a user."""
    why = (Reason(field="data", code="x", message="x"),)
    _, _, body, _ = dead_letter(Answer("submissions.la-north/0/1", "la-north", None, None, "invalid", why), value, "")
    letter = {"letter": "0-0", **json.loads(body)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dead_letters, "read_letter", lambda *_: letter)
        shown: dict[str, Any] = client.get("/dead-letters/0-0", headers=who).json()
    return shown


def is_problem(answer: Any, status: int) -> bool:
    """Whether an answer is an RFC 9457 problem of that status."""
    body = answer.json()
    return bool(
        answer.status_code == status
        and answer.headers["content-type"] == "application/problem+json"
        and body["status"] == status
        and {"type", "title", "detail"} <= body.keys()
    )


@contextmanager
def registrar_at_work(world: World) -> Iterator[None]:
    """Takes what arrives for stewards from Kafka, and shows it in the views."""
    consumer = KafkaConsumer(**world.kafka.for_kafka_python(), group_id=None)
    place = TopicPartition(STEWARDS_TOPIC, 0)
    consumer.assign([place])
    consumer.seek(place, world.registrar.offsets.get(Partition(STEWARDS_TOPIC, 0), 0))
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            for records in consumer.poll(timeout_ms=50).values():
                world.take([Message(STEWARDS_TOPIC, 0, each.offset, each.value, None) for each in records])

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()
        consumer.close()
