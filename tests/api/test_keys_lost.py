"""A data key that is lost is not one that was destroyed: nobody is absent because a key is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from services.api.server import open_app
from tests.support.api_world import NHS_NUMBER, Headers, is_problem
from tests.support.world import World

SEARCH = {"criteria": {"nhs_number": NHS_NUMBER}, "reason": "safeguarding enquiry"}
LOSE, DESTROY = "delete from register.data_keys", "update register.data_keys set wrapped = ''"


@contextmanager
def api_after(world: World, change: str) -> Iterator[TestClient]:
    """An API that has read no key yet, once something has happened to all of them; they are put back."""
    with world.database.transaction() as cursor:
        cursor.execute("select stream, wrapped from register.data_keys")
        kept = cursor.fetchall()
        cursor.execute(change)
    try:
        with TestClient(open_app(world.settings)) as client:
            yield client
    finally:
        with world.database.transaction() as cursor:
            cursor.execute("truncate register.data_keys")
            cursor.executemany("insert into register.data_keys values (%s, %s)", kept)


def test_a_look_says_not_now_where_a_key_is_lost(world: World, user: Headers, child: str) -> None:
    with api_after(world, LOSE) as client:
        for answer in (
            client.get(f"/children/{child}", headers=user),
            client.post("/children/search", json=SEARCH, headers=user),
        ):
            assert is_problem(answer, 503)
            assert answer.headers["retry-after"].isdigit()
            assert "put the keys back" in answer.json()["detail"]


def test_a_child_whose_keys_were_destroyed_is_absent(world: World, user: Headers, child: str) -> None:
    with api_after(world, DESTROY) as client:
        assert is_problem(client.get(f"/children/{child}", headers=user), 404)
        assert client.post("/children/search", json=SEARCH, headers=user).json()["results"] == []
