"""Any request that the OpenAPI document allows: no answer is a failure, and what shows something was recorded."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from services.api.access_control.callers import PUBLIC
from tests.support.api_world import looking
from tests.support.world import World

OPERATIONS = 21
OF_EACH_LINE = "/submissions/dry-run"
"""Each line that is compared is a look, and no other shows anybody: `api/test_dry_runs.py`."""
UNRECORDED = PUBLIC | {
    "/submissions",
    OF_EACH_LINE,
    "/policies",
    "/policies/compare",
    "/users",
    "/users/revoke",
    "/users/me",
}
"""What shows nobody, is an event itself, or is recorded once its answer has been sent."""


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    return clinic


def test_any_request_is_answered_and_recorded(world: World, client: TestClient) -> None:
    import schemathesis  # takes most of a second, in the one worker that runs this instead of in each

    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= OPERATIONS
    shown = {operation.path for operation in operations if 200 in _tried(world, client, operation)}
    assert {"/children/search", "/export", "/receipts", "/duplicates", "/dead-letters"} & shown


def _tried(world: World, client: TestClient, operation: Any) -> set[int]:
    """The statuses of some requests."""
    who, statuses = looking(world), set()

    @seed(2008)
    @settings(max_examples=8, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        before = world.number_of_looks()
        sent = case.as_transport_kwargs(base_url="http://testserver", headers=who)
        sent.pop("cookies", None)
        answer = client.request(**sent)
        assert answer.status_code < 500 or answer.status_code == 503, (operation.label, answer.status_code)
        statuses.add(answer.status_code)
        if answer.status_code == 200 and operation.path not in UNRECORDED:
            assert world.number_of_looks() > before, operation.label

    tried()
    return statuses
