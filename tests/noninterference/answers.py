"""The same request to two directories, and what of their answers has to be equal: status, headers, bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from starlette.testclient import TestClient

from services.api.server import open_app
from tests.noninterference.requests import Request, placed
from tests.noninterference.twins import Twin
from tests.support.api_world import looking


class Answer(NamedTuple):
    """All that a reader gets."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@contextmanager
def client_under(twin: Twin, policy: str = "universal") -> Iterator[TestClient]:
    """A client of the API of a directory under a policy, whose clock stands still."""
    with TestClient(open_app(replace(twin.settings, policy=policy), twin.clock)) as client:
        yield client


def answer(twin: Twin, client: TestClient, request: Request) -> Answer:
    """The answer of a directory's API to a request."""
    headers = looking(twin, request.who) | dict(request.headers)
    response = client.request(
        request.method,
        placed(twin, request.path),
        params=placed(twin, request.query),
        json=placed(twin, request.body),
        headers=headers,
    )
    if request.path == "/metrics":
        return Answer(response.status_code, [], b"\n".join(filter(_is_of_the_register, response.content.splitlines())))
    return Answer(response.status_code, sorted(response.headers.items()), response.content)


def _is_of_the_register(line: bytes) -> bool:
    """Whether a figure is of the register: the others count requests, of which one directory had more."""
    return not any(word in line for word in (b"requests", b"answer_seconds", b'"access"', b'"outbox"'))


def look_around(twin: Twin, client: TestClient) -> None:
    """Some users look at the children, and the views show their looks."""
    for name in ("north-officer", "north-cleared", "demo-practitioner", "demo-subject-access-officer"):
        for child in (twin.tamsin, twin.dee, twin.ada):
            client.get(f"/children/{child}", headers=looking(twin, f"user:{name}"))
    twin.view_looks()
