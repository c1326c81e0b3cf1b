"""Looking over HTTP: what is shown, to whom, and that each look is recorded before it is answered."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from services.api.server import open_app
from streams.kafka import KafkaSettings
from tests.world import World, person, submission

REASON = {"Access-Reason": "safeguarding enquiry"}
SOMEBODY = str(uuid4())


@pytest.fixture(scope="module")
def world(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A directory with one child whom two agencies know."""
    made = World(kafka, database_url, tmp_path_factory.mktemp("api"))
    started = {"involvement": "i1", "service": "gp", "organisation": {"name": "Cragdale Surgery", "code": "Y99999"}}
    said = made.say(
        person("S1", nhs_number="9990000018"),
        person("G1", "gp", nhs_number="9990000018"),
        submission("involvement.started", "G1", started, "gp"),
    )
    assert said == ["accepted"] * 3
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient]:
    with TestClient(open_app(world.settings)) as made:
        yield made


@pytest.fixture
def user(world: World) -> dict[str, str]:
    """The headers of a user with a reason."""
    return {"Authorization": f"Bearer {world.token()}", **REASON}


@pytest.fixture
def agency(world: World) -> dict[str, str]:
    """The headers of an agency."""
    return {"Authorization": f"Bearer {world.token('agency:gp')}"}


def test_smoke(world: World, client: TestClient, user: dict[str, str]) -> None:
    (child,) = world.children()
    answer = client.get(f"/children/{child}", headers=user)
    print(answer.text)
    print(client.get(f"/children/{child}/history", headers=user).text)
    print(
        client.post(
            "/children/search",
            headers=user,
            json={"criteria": {"family_name": "quaternion", "given_name": "ADA"}, "reason": "because"},
        ).text
    )
    print(client.get("/export", headers=user).text, client.get("/receipts", headers=user).text)
    print(client.get("/metrics").text)
    print(client.get("/health/ready").text)
    print(world.looks())
    assert 0
