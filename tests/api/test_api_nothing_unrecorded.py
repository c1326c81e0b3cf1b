"""What cannot be recorded is not shown, whatever is asked; and what is shown was recorded before."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
from starlette.testclient import TestClient

from tests.support.api_world import NHS_NUMBER, looking
from tests.support.world import World


def test_while_the_access_log_takes_nothing_nothing_is_shown(world: World, client: TestClient) -> None:
    child, user = world.child_with(NHS_NUMBER), looking(world)
    paths = [f"/children/{child}", f"/children/{child}/history", f"/children/{child}/looks", "/export", "/receipts"]
    with closing(psycopg2.connect(world.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select last from access.counter for update")
        with ThreadPoolExecutor(len(paths) + 1) as pool:
            asked = [pool.submit(client.get, path, headers=user) for path in paths]
            search = {"criteria": {"nhs_number": NHS_NUMBER}, "reason": "an enquiry"}
            asked.append(pool.submit(client.post, "/children/search", headers=user, json=search))
            answers = [each.result() for each in asked]
    assert [answer.status_code for answer in answers] == [503] * len(answers)
    assert not any("Quaternion" in answer.text or child in answer.text for answer in answers)
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)
    while client.get(f"/children/{child}", headers=user).status_code == 503:
        pass
    assert world.looks()[-1]["children"] == [child]


def test_looks_at_a_child_are_listed_from_their_view(world: World, client: TestClient) -> None:
    child, user = world.child_with(NHS_NUMBER), looking(world, "user:demo-data-manager")
    client.get(f"/children/{child}", headers=user)
    world.view_looks()
    latest = client.get(f"/children/{child}/looks", headers=user).json()["looks"][0]
    assert (latest["user"], latest["action"], latest["children"]) == ("demo-data-manager", "show", [child])
    assert latest["reason"] == "safeguarding enquiry"


def test_while_postgres_is_away_the_api_says_so_and_goes_on_afterwards(world: World, client: TestClient) -> None:
    child, user = world.child_with(NHS_NUMBER), looking(world)
    path = f"/children/{child}"
    with closing(psycopg2.connect(world.database_url.rpartition("/")[0] + "/postgres")) as connection:
        connection.autocommit = True
        name = world.database_url.rpartition("/")[2]
        with connection.cursor() as cursor:
            cursor.execute(f"alter database {name} with allow_connections false")
            cursor.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
            try:
                answer = client.get(path, headers=user)
                ready, metrics = client.get("/health/ready"), client.get("/metrics").text
            finally:
                cursor.execute(f"alter database {name} with allow_connections true")
    assert (answer.status_code, ready.status_code) == (503, 503)
    assert "Postgres" in answer.json()["detail"]
    assert "contactpoint_database_up 0" in metrics
    assert client.get(path, headers=user).status_code == 200
