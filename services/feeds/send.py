"""Sends the rows of an extract that are right, in their order; those in error are left out and counted."""

from collections.abc import Iterator
from itertools import islice

import orjson

from services.feeds.convert import Converted
from services.feeds.record_status import RecordStatus
from services.feeds.tally import ROWS_AT_ONCE
from services.submit.files import Line
from services.submit.route import key_of
from services.submit.sender import Sender
from streams.kafka.topics import submissions_topic


def send_rows(sender: Sender, agency: str, record_status: RecordStatus, rows: Iterator[Converted]) -> None:
    """Sends every submission of the rows to the agency's topic; raises KafkaAway, DatabaseAway."""
    topic = submissions_topic(agency)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        record_status.set_types(batch)
        for converted in batch:
            for made in converted.made:
                value = orjson.dumps(made.submission)
                sender.send(topic, key_of(made.submission), Line(value, len(value)))
