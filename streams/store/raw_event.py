"""A stored event as a plain row, for copying or publishing it without opening it."""

from typing import NamedTuple


class RawEvent(NamedTuple):
    """One row of a log.

    `stream` is the text of a UUID, `topic` the event's wire name, `state` most of its Kafka record (`codec.py`).
    """

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
