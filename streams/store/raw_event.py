"""A stored event as a plain row, for whoever copies or publishes it without opening it."""

from typing import NamedTuple


class RawEvent(NamedTuple):
    """One row of a log.

    `stream` is the text of a UUID, `topic` the event's wire name, `state` the middle of its Kafka record.
    """

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
