"""Asking two directories the same, and what of their answers has to be equal: status, headers, bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from starlette.testclient import TestClient

from services.api.server import open_app
from tests.noninterference.asking import Ask, placed
from tests.noninterference.twins import Twin
from tests.support.api_world import looking


class Answer(NamedTuple):
    """All that a reader gets."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@contextmanager
def asked_under(twin: Twin, policy: str = "universal") -> Iterator[TestClient]:
    """A client of the API of a directory under a policy, whose clock stands still."""
    with TestClient(open_app(replace(twin.settings, policy=policy), twin.clock)) as client:
        yield client


def answer(twin: Twin, client: TestClient, ask: Ask) -> Answer:
    """What the API says to that."""
    headers = looking(twin, ask.who) | dict(ask.headers)
    said = client.request(
        ask.method,
        placed(twin, ask.path),
        params=placed(twin, ask.query),
        json=placed(twin, ask.body),
        headers=headers,
    )
    if ask.path == "/metrics":
        return Answer(said.status_code, [], b"\n".join(filter(_is_of_the_register, said.content.splitlines())))
    return Answer(said.status_code, sorted(said.headers.items()), said.content)


def _is_of_the_register(line: bytes) -> bool:
    """Whether a figure is of the register: the others count what was asked, which is more of one directory."""
    return not any(word in line for word in (b"requests", b'"access"', b'"outbox"'))


def look_around(twin: Twin, client: TestClient) -> None:
    """Some have looked at the children, and the views tell of it."""
    for name in ("north-officer", "north-cleared", "demo-practitioner", "demo-subject-access-officer"):
        for child in (twin.tamsin, twin.dee, twin.ada):
            client.get(f"/children/{child}", headers=looking(twin, f"user:{name}"))
    twin.view_looks()
