"""What the tests of the API share: a small directory and a client of the API over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from services.api.server import open_app
from streams.kafka.settings import KafkaSettings
from tests.support.world import World, person, submission

NHS_NUMBER = "9990000018"
REASON = {"Access-Reason": "safeguarding enquiry"}

Headers = dict[str, str]


@contextmanager
def one_child(kafka: KafkaSettings, database_url: str, folder: Path) -> Iterator[World]:
    """A directory with one child whom two agencies know."""
    world = World(kafka, database_url, folder)
    started = {"involvement": "i1", "service": "gp", "organisation": {"name": "Cragdale Surgery", "code": "Y99999"}}
    said = world.say(
        person("S1", nhs_number=NHS_NUMBER),
        person("G1", "gp", nhs_number=NHS_NUMBER),
        submission("involvement.started", "G1", started, "gp"),
    )
    assert said == ["accepted"] * 3
    try:
        yield world
    finally:
        world.close()


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
