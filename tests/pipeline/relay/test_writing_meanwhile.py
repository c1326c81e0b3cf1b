"""What others publish and have signed while a log is checked is no finding."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.proofs import stored
from streams.store.database import Database
from tests.support.proofs import Proven


def test_what_is_published_while_the_check_begins_is_not_missing(
    proven: Proven, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def end_offsets(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        monkeypatch.undo()  # the relay asks for ends, too
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        await asyncio.to_thread(proven.grow, 5)
        return ends

    monkeypatch.setattr(AIOKafkaConsumer, "end_offsets", end_offsets)
    assert proven.findings() == []


def test_what_is_signed_while_the_check_begins_is_no_other_tree(
    proven: Proven, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fresh(database: Database, log: str, at_least: int, wait_s: float) -> stored.SignedCheckpoint | None:
        monkeypatch.undo()
        before = stored.fresh(database, log, at_least, wait_s)
        proven.grow(5)
        return before

    monkeypatch.setattr(stored, "fresh", fresh)
    assert proven.findings() == []
