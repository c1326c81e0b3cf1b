"""A partition of a Kafka topic, as views, relay and registrar name it."""

from typing import NamedTuple


class Partition(NamedTuple):
    """One partition of a topic; `str()` gives `topic/number`."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.number}"
