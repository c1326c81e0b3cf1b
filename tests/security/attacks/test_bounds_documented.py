"""The OpenAPI document names the bounds that every call has, and what is answered beyond them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.limits import fairness, refusing
from services.api.limits.middleware import LARGEST_QUESTION
from tests.support.api_world import looking
from tests.support.world import World

BOUNDS = {"408", "413", "429", "431"}


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    return empty_world


@pytest.fixture(scope="module")
def operations(client: TestClient) -> dict[tuple[str, str], dict[str, Any]]:
    """The answers of each call by status, by method and path."""
    paths = client.get("/openapi.json").json()["paths"]
    return {(method, path): call["responses"] for path, calls in paths.items() for method, call in calls.items()}


def test_every_call_names_them(operations: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert len(operations) > 20
    assert {call: BOUNDS - answers.keys() for call, answers in operations.items() if BOUNDS - answers.keys()} == {}


def test_what_is_refused_is_as_the_document_says(
    world: World,
    client: TestClient,
    operations: dict[tuple[str, str], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refusing, "REFUSED_AFTER_S", 0)
    who, asked = looking(world), [call for call in operations if call != ("post", "/submissions")]
    large = [client.request(method, path, content=b"x" * (LARGEST_QUESTION + 1), headers=who) for method, path in asked]
    for most in ("MOST_OF_A_CALLER", "MOST_FOR_HEALTH"):
        monkeypatch.setattr(fairness, most, 0)
    many = [client.request(method, path, headers=who) for method, path in asked]
    for expected, answers in ((413, large), (429, many)):
        for call, answer in zip(asked, answers, strict=True):
            assert answer.status_code == expected, call
            assert answer.headers["content-type"] in operations[call][str(expected)]["content"]
