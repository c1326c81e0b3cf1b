"""The projector lets the broker gather messages while they come, and wait for the first one while none come."""

from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest

from streams.projecting._group import FETCH_MIN_BYTES, FETCH_WAIT_MS, QUIET_WAIT_MS
from tests.support.projector_stage import Stage, add_records
from tests.support.waiting import eventually

GATHERS, WAITS = (FETCH_MIN_BYTES, FETCH_WAIT_MS), (1, QUIET_WAIT_MS)


def test_the_first_message_after_a_quiet_while_is_fetched_at_once_and_the_next_are_gathered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    send = AIOKafkaClient.send

    async def noting(self: Any, node: int, request: Any, **more: Any) -> Any:
        if isinstance(request, FetchRequest):
            asked.append((request._min_bytes, request._max_wait_ms))
        return await send(self, node, request, **more)

    monkeypatch.setattr(AIOKafkaClient, "send", noting)
    with stage.projecting():
        eventually(lambda: WAITS in asked)
        asked.clear()
        add_records(stage.story, 1)
        stage.publish()
        stage.settle()
        eventually(lambda: GATHERS in asked)
        eventually(lambda: asked[-1] == WAITS)
    assert set(asked) == {GATHERS, WAITS}
