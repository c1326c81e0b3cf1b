"""Whether a receipt's delay reveals what others know: of a child known, shielded or a clinic's, beside nobody's.

A club registers one child after the other, in turns of each kind, and waits for each receipt on its topic.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import count
from statistics import median
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from projections.visibility.scope import ORDINARY
from services.lab.bench import stages
from services.lab.bench.feeding import feed
from services.lab.bench.harness import Harness, StageStalled
from services.lab.bench.hidden_searches import shield_all
from services.lab.bench.parts import Step
from services.lab.bench.rows import Row, measured
from services.lab.simulate.agencies import CAMHS, COUNCILS, GP, VOLUNTARY, Agency
from services.lab.simulate.identifiers import nhs_number
from streams.kafka.topics import RECEIPTS, submissions_topic

CHILDREN = 100
"""Of each kind; the club registers each once."""
PATIENCE_S = 30
KINDS: dict[str, tuple[Agency, ...]] = {
    "nobody's": (),
    "known": (COUNCILS[0], GP),
    "shielded": (COUNCILS[0],),
    "a clinic's": (CAMHS,),
}
"""Who knows a child of each kind before."""

_CHILDREN = f"{ORDINARY.setting}select distinct child::text from unveiled_features where nhs_number = any(%s)"  # noqa: S608

Child = dict[str, Any]


def receipt_delay_rows(stack: Harness) -> Iterator[Step]:
    """Makes children of each kind known, and registers them by the club; every role has to run."""
    numbers = count()
    children = {kind: [_somebody(next(numbers)) for _ in range(CHILDREN)] for kind in KINDS}
    yield "receipts: making children known"
    known = [
        _registered(agency, f"R-{kind[:2]}-{number}", child)
        for kind, agencies in KINDS.items()
        for number, child in enumerate(children[kind])
        for agency in agencies
    ]
    answered = stages.answered(stack)
    sent = feed(stack.settings.need_kafka(), known)
    stack.wait("the registrar", lambda: stages.answered(stack) >= answered + sent, lambda: stages.answered(stack))
    stack.wait("the projector", lambda: stages.views_hold_everything(stack), lambda: stages.projected(stack))
    yield "receipts: shielding"
    hidden = [child["nhs_number"] for child in children["shielded"]]
    shield_all(stack, [child for (child,) in stack.rows(_CHILDREN, (hidden,))])
    yield "receipts: their delays"
    delays = _delays(stack, children)
    for kind in list(KINDS)[1:]:
        yield partial(_row, kind, delays[kind], delays["nobody's"])


def _row(kind: str, some: Sequence[float], others: Sequence[float]) -> Row:
    return measured(
        f"receipt of a child that is {kind}, beside one that nobody knows: median",
        1_000 * median(some),
        "ms",
        baseline=1_000 * median(others),
        least_ratio=0.8,
        most_ratio=1.25,
    )


def _somebody(number: int) -> Child:
    """A child whose name, birthday and number nobody else has."""
    name = "".join(chr(ord("a") + int(digit)) * 2 for digit in f"{number:04}").capitalize()
    return {
        "given_name": f"{name[::-1].capitalize()}el",
        "family_name": f"{name}ingham",
        "date_of_birth": f"{2014 + number % 8}-{1 + number // 8 % 12:02}-{1 + number // 96 % 28:02}",
        "gender": "female",
        "nhs_number": nhs_number(700_000 + number, 99),
    }


def _registered(agency: Agency, subject: str, child: Child) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"delay-{subject}",
        "source": agency.source,
        "type": "child.registered",
        "subject": subject,
        "time": "2026-01-05T09:00:00Z",
        "data": child,
    }


def _delays(stack: Harness, children: dict[str, list[Child]]) -> dict[str, list[float]]:
    """The seconds from sending to the receipt, for each kind."""
    kafka = stack.settings.need_kafka().for_kafka_python()
    taken: dict[str, list[float]] = {kind: [] for kind in children}
    with (
        closing(KafkaConsumer(**kafka, group_id=None)) as consumer,
        closing(KafkaProducer(**kafka, acks="all")) as club,
    ):
        topic = TopicPartition(f"{RECEIPTS}{VOLUNTARY.code}", 0)
        consumer.assign([topic])
        consumer.seek_to_end(topic)
        consumer.position(topic)
        for number in range(CHILDREN):
            for kind in children:
                submission = _registered(VOLUNTARY, f"C-{kind[:2]}-{number}", children[kind][number])
                since = time.perf_counter()
                key, value = submission["subject"].encode(), json.dumps(submission).encode()
                club.send(submissions_topic(VOLUNTARY.code), key=key, value=value, partition=0)
                _await(consumer, submission["id"])
                taken[kind].append(time.perf_counter() - since)
    return taken


def _await(consumer: KafkaConsumer, submission: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for records in consumer.poll(timeout_ms=1_000).values():
            if any(json.loads(record.value)["submission"] == submission for record in records):
                return
    raise StageStalled(f"no receipt came within {PATIENCE_S} s")
