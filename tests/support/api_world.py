"""What the tests of the API share: a small directory and a client of the API over it."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from services.api.server import open_app
from tests.support.world import World, person, submission

NHS_NUMBER = "9990000018"
REASON = {"Access-Reason": "safeguarding enquiry"}

Headers = dict[str, str]


def know_one_child(world: World) -> None:
    """Makes one child known by two agencies."""
    started = {"involvement": "i1", "service": "gp", "organisation": {"name": "Cragdale Surgery", "code": "Y99999"}}
    said = world.say(
        person("S1", nhs_number=NHS_NUMBER),
        person("G1", "gp", nhs_number=NHS_NUMBER),
        submission("involvement.started", "G1", started, "gp"),
    )
    assert said == ["accepted"] * 3


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
