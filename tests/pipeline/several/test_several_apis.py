"""Three API processes of one stack answer as one: what is ended or opened by one is so in all."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import psycopg2
import pytest

from services.local_stack.ports import remembered_ports
from tests.support.several import WITHOUT_TLS, another, is_ready
from tests.support.shields import AT_RISK, NUMBER, secrets_in
from tests.support.stack import Stack
from tests.support.waiting import eventually
from tests.support.world import person

AGENCY = "- {code: la-north, name: An authority, kind: local-authority, authority: E06999001}\n"
WHY = {"reason": "other: the mother has to be reached at once"}
ATTEMPTS_EACH = 3


@pytest.fixture(scope="module")
def child(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A child of the stack."""
    folder = tmp_path_factory.mktemp("feed")
    (folder / "agencies.yaml").write_text(AGENCY)
    (folder / "feed.ndjson").write_text(json.dumps(person("AT-RISK", **AT_RISK)) + "\n")
    given = stack.ask("submit", folder / "feed.ndjson", "--agencies", folder / "agencies.yaml", "--wait")
    assert given["accepted"] == 1
    (found,) = stack.ask("find", "--nhs-number", NUMBER)["results"]
    return str(found["child"])


@pytest.fixture(scope="module")
def urls(stack: Stack, child: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The addresses of the three."""
    ports = remembered_ports(tmp_path_factory.mktemp("ports") / "ports.json", ("second", "third"))
    first = json.loads((stack.data / "stack.json").read_text())["url"]
    with ExitStack() as running:
        for port in ports.values():
            running.enter_context(another(stack, "api", port))
        found = [first, *(f"http://127.0.0.1:{port}" for port in ports.values())]
        eventually(lambda: all(map(is_ready, found)))
        yield found


def headers_of(stack: Stack, user: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {stack.ask('token', user)['token']}",
        "Access-Reason": "safeguarding enquiry",
    }


def test_a_shield_and_its_override_by_one_hold_in_all(stack: Stack, urls: list[str], child: str) -> None:
    manager = headers_of(stack, "demo-data-manager")

    def shown() -> list[list[str]]:
        answers = [
            httpx.get(f"{url}/children/{child}", headers=manager, timeout=60, verify=WITHOUT_TLS) for url in urls
        ]
        assert [answer.status_code for answer in answers] == [200] * len(urls)
        return [secrets_in(answer.text) for answer in answers]

    assert all(shown())
    taken = httpx.post(f"{urls[0]}/children/{child}/shield", headers=manager, json=WHY, timeout=60, verify=WITHOUT_TLS)
    assert taken.status_code in (200, 202)
    eventually(lambda: shown() == [[], [], []])
    opened = httpx.post(
        f"{urls[1]}/children/{child}/override", headers=manager, json=WHY, timeout=60, verify=WITHOUT_TLS
    )
    assert opened.status_code == 200, opened.text
    assert all(shown())


def test_a_revoked_user_ends_in_all_and_every_attempt_is_counted(stack: Stack, urls: list[str], child: str) -> None:
    practitioner = headers_of(stack, "demo-practitioner")

    def statuses() -> list[int]:
        return [
            httpx.get(f"{url}/children/{child}", headers=practitioner, timeout=60, verify=WITHOUT_TLS).status_code
            for url in urls
        ]

    assert statuses() == [200] * len(urls)
    stack.ask("users", "revoke", "demo-practitioner")
    denied = [0]

    def all_refuse() -> bool:
        found = statuses()
        denied[0] += found.count(403)
        return found == [403] * len(urls)

    eventually(all_refuse)
    for _ in range(ATTEMPTS_EACH):
        assert all_refuse()
    eventually(lambda: attempts(stack) == denied[0])


def attempts(stack: Stack) -> int:
    """How many denied attempts the log of looks counts, in the records of all processes together."""
    with psycopg2.connect(stack.administrator_url()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum((convert_from(state, 'UTF8')::json -> 'data' ->> 'count')::int), 0)"
            " from access.events where topic = 'LookDenied.v1'"
        )
        ((number,),) = cursor.fetchall()
    connection.close()
    return int(number)
