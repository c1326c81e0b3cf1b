"""Kafka records decoded as the messages that projections are made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import (
    Annotated,
    Any,
    NamedTuple,
    NotRequired,  # pydantic asks for this one before Python 3.12
)

import orjson
from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from projections.base.partition import Partition
from projections.base.projection import Decryptor, PublishedReceipt, Undecodable
from projections.catalogue import ACCESS_LOG, LOGS, RECEIPTS_LOG, REGISTER_LOG, Log
from projections.engine.apply import Message
from projections.engine.failures import EVERY_VIEW, FORGED, Failure
from projections.receipts.query import LONGEST_RUN
from streams.codec import decode_event, decode_json
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import SealBroken
from streams.kafka.topics import ACCESS_EVENTS, RECEIPTS, REGISTER_EVENTS

Fetched = Mapping[Partition, Sequence[Any]]
"""The records of one fetch: those of each partition in order, as aiokafka gives them; no partition is empty."""


class Batch(NamedTuple):
    """Records of one log that were fetched in a generation: a time in which this process read the same partitions."""

    generation: int
    fetched: Fetched


def log_of(topic: str) -> str | None:
    """The name of the log that a topic belongs to, or None where no view is made of it."""
    if topic.startswith(RECEIPTS):
        return RECEIPTS_LOG
    return _LOGS.get(topic)


def by_log(fetched: Fetched) -> Iterator[tuple[Log, Fetched]]:
    """The fetched records, grouped by the log that they belong to."""
    found: dict[str, dict[Partition, Sequence[Any]]] = {}
    for partition, records in fetched.items():
        name = log_of(partition.topic)
        if name and records:
            found.setdefault(name, {})[partition] = records
    return ((LOGS[name], of_log) for name, of_log in found.items())


class _ReceiptFields(TypedDict):
    """One receipt as its topic has it."""

    message: Annotated[str, Field(pattern=r"^[^/]+/[0-9]{1,9}/[0-9]{1,18}$")]
    source: str | None
    submission: str | None
    outcome: str
    reasons: list[dict[str, Any]]
    recorded_at: str
    position: None
    messages: NotRequired[Annotated[int, Field(ge=2, le=LONGEST_RUN)]]


_RECEIPT = TypeAdapter(_ReceiptFields)


def decode_receipt(value: bytes, position: int | None = None) -> PublishedReceipt:
    """The value of one record of a receipts topic, and the position beside it; raises Undecodable where it is none."""
    try:
        receipt = _RECEIPT.validate_python(decode_json(value), strict=True)
    except ValidationError:
        raise Undecodable from None
    topic, partition, offset = receipt["message"].rsplit("/", 2)
    return PublishedReceipt(
        topic,
        int(partition),
        int(offset),
        receipt["source"],
        receipt["submission"],
        receipt["outcome"],
        orjson.dumps(receipt["reasons"]).decode(),
        receipt["recorded_at"],
        position,
        receipt.get("messages", 1),
    )


def read_messages(
    log: Log, partition: Partition, records: Iterable[Any], decryptor: Decryptor, key: PublicationKey
) -> list[Message]:
    """Decodes records of one partition, as aiokafka gives them; one that can't be decoded has a code for the way.

    The only place where what is wrong with a message becomes data.
    """
    receipts = log.name == RECEIPTS_LOG
    messages = []
    for record in records:
        try:
            value = _receipt(partition.topic, record, key) if receipts else decode_event(record.value, decryptor)
            messages.append(Message(partition, record.offset, value))
        except Undecodable as wrong:
            messages.append(Message(partition, record.offset, None, wrong.code))
    return messages


def _receipt(topic: str, record: Any, key: PublicationKey) -> PublishedReceipt:
    try:
        return decode_receipt(record.value, key.position(topic, record.value, record.headers))
    except SealBroken:
        raise Undecodable from None


def genuine(partition: Partition, records: Sequence[Any], key: PublicationKey) -> tuple[Sequence[Any], list[Failure]]:
    """The records of one partition that the relay has published, and the others as failures, which no view takes."""
    topic = partition.topic
    forged = {record.offset for record in records if not key.is_genuine(topic, record.value, record.headers)}
    if not forged:
        return records, []
    failures = [Failure(*partition, offset, EVERY_VIEW, FORGED) for offset in sorted(forged)]
    return [record for record in records if record.offset not in forged], failures


def fetch_keys(log: Log, messages: Iterable[Message], decryptor: Decryptor) -> None:
    """Prefetches the keys of all events that the log's projections will open."""
    opens = log.opens
    if opens:
        decryptor.prefetch({event.stream for _, _, event, _ in messages if event is not None and event.type in opens})


def last_position(messages: Sequence[Message]) -> int:
    """The position of the last event among messages of one partition; 0 where there is none."""
    readable = (value for _, _, value, _ in reversed(messages) if value is not None)
    return next((value.position or 0 for value in readable), 0)


_LOGS: Mapping[str, str] = {REGISTER_EVENTS: REGISTER_LOG, ACCESS_EVENTS: ACCESS_LOG}
