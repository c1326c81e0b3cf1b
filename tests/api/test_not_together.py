"""While it is not known that Postgres holds all that its Kafka does, nobody is said to be absent."""

import pytest
from starlette.testclient import TestClient

from tests.support.api_world import Headers
from tests.support.world import World

FORGET = "delete from publication.home"
BACK_IN_TIME = (
    "insert into publication.troubles (part, code, says, remedy)"
    " values ('register.events', 'ahead', 'Postgres went back in time', 'run `contactpoint resync`')"
)
FILLED_AGAIN = "update publication.home set register_until = 1000000"


@pytest.mark.parametrize(
    ("change", "undo", "says"),
    [
        (BACK_IN_TIME, "delete from publication.troubles", "contactpoint resync"),
        (FILLED_AGAIN, "update publication.home set register_until = 0", "being filled again"),
        (FORGET, "select 1", "belong together"),
    ],
)
def test_the_answer_is_not_now(
    world: World, client: TestClient, user: Headers, child: str, change: str, undo: str, says: str
) -> None:
    assert client.get(f"/children/{child}", headers=user).status_code == 200
    with world.database.transaction() as cursor:
        cursor.execute(change)
    for answer in (client.get(f"/children/{child}", headers=user), client.get("/health/ready")):
        assert answer.status_code == 503
        assert says in answer.json()["detail"]
        assert "Retry-After" in answer.headers
    with world.database.transaction() as cursor:
        cursor.execute(undo)


def test_of_several_troubles_each_answer_names_the_same_first(
    world: World, client: TestClient, user: Headers, child: str
) -> None:
    another = BACK_IN_TIME.replace("register.events", "access.events").replace("went back in time", "lost the accesses")
    with world.database.transaction() as cursor:
        cursor.execute(f"{BACK_IN_TIME}; {another}")
    refused, unready = client.get(f"/children/{child}", headers=user), client.get("/health/ready")
    with world.database.transaction() as cursor:
        cursor.execute("delete from publication.troubles")
    for answer in (refused, unready):
        assert answer.json()["detail"].partition("Postgres ")[2].startswith("lost the accesses")
