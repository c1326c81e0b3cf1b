"""The last event that the relay has published in a partition, found behind whatever others have written after it."""

import json

from projections.base.partition import Partition
from streams.crypto.publication_key import PublicationKey
from streams.publishing.appender import Appender, Tail
from streams.publishing.home import REPUBLISH, Trouble

PAGE = 1_000
MOST_FOREIGN = 20_000
"""So many messages of others at the end of a partition are passed over; behind more, nobody looks for ours."""


class NotPublishable(Exception):
    """Kafka holds what contradicts the database, or the database is not whole: publishing more would do damage."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.message}; {trouble.remedy}")
        self.trouble = trouble


async def last_event(appender: Appender, key: PublicationKey, partition: Partition, tail: Tail) -> tuple[int, str]:
    """Its position and id, (0, "") where there is none; raises NotPublishable, KafkaAway."""
    if tail.last is None:
        return 0, ""
    values, end = [tail.last], tail.end_offset
    while tail.end_offset - end < MOST_FOREIGN:
        for value in reversed(values):
            if key.is_genuine(partition.topic, value):
                event = json.loads(value)
                return int(event["position"]), str(event["id"])
        end -= len(values)
        if end <= tail.first_offset:
            return 0, ""
        values = await appender.values_before(partition, end, PAGE)
    message = f"{partition} ends with more than {MOST_FOREIGN:,} messages that others have written"
    raise NotPublishable(Trouble(partition.topic, "foreign", message, REPUBLISH))
