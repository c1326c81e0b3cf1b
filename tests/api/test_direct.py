"""Calls that are answered without FastAPI are calls that FastAPI has, and answered as by it."""

import pytest
from starlette.testclient import TestClient

from tests.support.api_world import Headers, is_problem

ASKED = '{"criteria": {"given_name": "Ada", "family_name": "Twofold"}, "reason": "an enquiry"}'


def test_each_is_documented(client: TestClient, user: Headers, child: str) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for call in ("GET /children/{child}", "POST /children/search"):
        method, path = call.split()
        assert method.lower() in paths[path]
        client.request(method, path.format(child=child), headers=user)
        assert f'method="{method}",route="{path}"' in client.get("/metrics").text


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_the_answer_is_the_same_whoever_reads_the_body(client: TestClient, user: Headers, kind: str) -> None:
    answer = client.post("/children/search", headers=user | {"Content-Type": kind}, content=ASKED)
    assert answer.status_code == 200
    assert set(answer.json()) == {"results", "too_many"}


@pytest.mark.parametrize(("body", "field"), [("{", "body"), ('{"criteria": {"given_name": 7}}', "given_name")])
def test_a_body_that_is_wrong_is_told_what_is_wrong(client: TestClient, user: Headers, body: str, field: str) -> None:
    answer = client.post("/children/search", headers=user | {"Content-Type": "application/json"}, content=body)
    assert is_problem(answer, 422)
    assert field in answer.json()["detail"]
