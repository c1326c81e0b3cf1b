"""How long what a killed member of a group read is late: one of two projectors, beside one of two bare consumers."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

from services.lab.bench import stages
from services.lab.bench.feeding import feed, registrations
from services.lab.bench.harness import Harness
from services.lab.bench.orphans import end_with_parent
from services.lab.bench.parts import Bench, Step
from services.lab.bench.rows import measured
from streams.kafka.admin.topics import create_missing
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import PROJECTOR_GROUP, REGISTER_PARTITIONS, Topic

ROUNDS = 3
"""The slowest counts, for a member can be killed just after its heartbeat or just before."""
FIRST_SEED = 11
CHILDREN = 200
"""As many as give every partition of the register some."""
MOST_S = 15
BARE = Topic("bench.takeover", REGISTER_PARTITIONS, {"cleanup.policy": "delete"})
PATIENCE = {"session_timeout_ms": 6_000, "heartbeat_interval_ms": 1_000}
"""As a projector has it: the least that brokers allow, and how soon a member learns of a sharing out."""
_POLL_MS = 100


def takeover_rows(bench: Bench) -> Iterator[Step]:
    """Seconds from the kill of one of two until all that was sent since then was taken; registrar and relay run."""
    yield "takeover: two bare consumers"
    bare = _bare_takeover(bench.stack.settings.need_kafka())
    yield "takeover: two projectors"
    took = [_takeover(bench, FIRST_SEED + number) for number in range(ROUNDS)]
    bench.stack.stop("projector", "projector-2")
    name = "one of two projectors killed: until the views hold what is sent then"
    yield measured(name, max(took), "s", baseline=bare, at_most=MOST_S)


def _takeover(bench: Bench, seed: int) -> float:
    """One round: both run before and after it."""
    stack = bench.stack
    _let_both_share(stack)
    goal = stages.answered(stack) + CHILDREN
    stack.kill("projector")
    since = time.perf_counter()
    bench.fed += feed(stack.settings.need_kafka(), registrations(CHILDREN, seed))
    stages.settle(stack, goal)
    took = time.perf_counter() - since
    _let_both_share(stack)
    return took


def _let_both_share(stack: Harness) -> None:
    """Starts what does not run of the two, and waits until they share the partitions."""
    stack.start(*[each for each in ("projector", "projector-2") if each not in stack.processes])
    with closing(KafkaAdminClient(**stack.settings.need_kafka().for_kafka_python())) as admin:
        stack.wait("the sharing out", lambda: _members(admin) == 2)


def _members(admin: KafkaAdminClient) -> int:
    """How many projectors share the partitions; 0 while these are shared out anew."""
    try:
        names = [each["group_id"] for each in admin.list_groups() if each["group_id"].startswith(PROJECTOR_GROUP)]
        groups: list[dict[str, Any]] = list(admin.describe_groups(names).values()) if names else []
    except KafkaError:
        return 0
    return sum(len(each["members"]) for each in groups if each["group_state"] == "Stable")


def _bare_takeover(kafka: KafkaSettings) -> float:
    """The same of consumers that do nothing, in a topic of as many partitions: the slowest of as many rounds."""
    create_missing(kafka, [BARE])
    took = []
    with (
        closing(_consumer(kafka)) as survivor,
        closing(KafkaProducer(**kafka.for_kafka_python(), acks="all")) as producer,
    ):
        for number in range(ROUNDS):
            with _another(kafka) as victim:
                _poll_until_shared(survivor)
                victim.kill()
                since = time.perf_counter()
                took.append(_send_and_receive(producer, survivor, number) - since)
    return max(took)


def _poll_until_shared(survivor: KafkaConsumer) -> None:
    while len(survivor.assignment()) != BARE.partitions // 2:
        survivor.poll(_POLL_MS)


def _send_and_receive(producer: KafkaProducer, survivor: KafkaConsumer, number: int) -> float:
    """Sends a message to each partition; gives when the last of them has come (as `perf_counter` has it)."""
    value, missing = str(number).encode(), set(range(BARE.partitions))
    for partition in missing:
        producer.send(BARE.name, value, partition=partition)
    producer.flush()
    while missing:
        for place, records in survivor.poll(_POLL_MS).items():
            if any(record.value == value for record in records):
                missing.discard(place.partition)
    return time.perf_counter()


def _consumer(kafka: KafkaSettings) -> KafkaConsumer:
    return KafkaConsumer(
        BARE.name,
        **kafka.for_kafka_python(),
        group_id=BARE.name,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        **PATIENCE,
    )


@contextmanager
def _another(kafka: KafkaSettings) -> Iterator[BaseProcess]:
    """A consumer in a process of its own, until it is killed."""
    process = multiprocessing.get_context("spawn").Process(target=_consume, args=(kafka,))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _consume(kafka: KafkaSettings) -> None:
    end_with_parent()
    with closing(_consumer(kafka)) as consumer:
        while True:
            consumer.poll(_POLL_MS)
