"""Fills the submissions topics of a harness, as fast as a load generator can."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from domain.vocabulary import agency_code
from services.lab.simulate.feeds import submissions
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import submissions_topic

SUBMISSIONS_A_CHILD = 6
"""A little fewer than a simulated child has, so that enough children are made."""


def mixed(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """So many submissions of every kind and agency, as a county sends them."""
    return islice(submissions(count // SUBMISSIONS_A_CHILD + 1, seed), count)


def registrations(children: int, seed: int) -> Iterator[dict[str, Any]]:
    """One registration each of so many different children."""
    template = next(s for s in submissions(100, seed) if s["type"] == "child.registered")
    for number in range(children):
        name = {"given_name": f"Child {seed}", "family_name": f"Number {number}"}
        yield template | {
            "id": f"bench-{seed}-{number}",
            "subject": f"B{seed}-{number}",
            "data": template["data"] | name | {"nhs_number": None, "upn": None},
        }


def feed(kafka: KafkaSettings, sent: Iterable[dict[str, Any]]) -> int:
    """Sends submissions to their agencies' topics; gives how many, once all are acknowledged."""
    return asyncio.run(_feed(kafka, sent))


async def _feed(kafka: KafkaSettings, sent: Iterable[dict[str, Any]]) -> int:
    count = 0
    async with AIOKafkaProducer(
        **kafka.for_aiokafka(), enable_idempotence=True, linger_ms=5, max_batch_size=256 * 1024
    ) as producer:
        for submission in sent:
            topic = submissions_topic(agency_code(submission["source"]) or "")
            await producer.send(topic, orjson.dumps(submission), key=submission["subject"].encode(), partition=0)
            count += 1
        await producer.flush()
    return count
