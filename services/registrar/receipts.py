"""What goes back to an agency: one receipt for each message, and a dead letter for what could not be read."""

import base64
from typing import NamedTuple

import orjson

from services.contract.reading import Reason
from streams.kafka.topics import DEAD_LETTERS, UNCLAIMED, receipt_topic
from streams.store.outbox import Message

MAX_RAW_BYTES = 65_536
"""How much of a message is kept in its dead letter."""


class Answer(NamedTuple):
    """The outcome of one message. `agency` is the code of the topic's owner, or None for the unclaimed topic.

    `message` is topic/partition/offset; `last_event` is the index in the batch of the last event that it caused.
    """

    message: str
    agency: str | None
    source: str | None
    submission: str | None
    outcome: str
    reasons: tuple[Reason, ...] = ()
    last_event: int | None = None


def receipt(answer: Answer, recorded_at: str, position: int | None) -> Message:
    """The receipt (contract §1), for the outbox; its position is no part of what the agency reads."""
    body = {
        "source": answer.source,
        "submission": answer.submission,
        "outcome": answer.outcome,
        "reasons": answer.reasons,
        "message": answer.message,
        "recorded_at": recorded_at,
        "position": None,
    }
    topic, key = receipt_topic(answer.agency or UNCLAIMED), (answer.source or UNCLAIMED).encode()
    return topic, key, orjson.dumps(body), position


def dead_letter(answer: Answer, value: bytes, recorded_at: str) -> Message:
    """The bytes of a message that was invalid or could not be processed, capped, for the outbox."""
    body = {
        "message": answer.message,
        "agency": answer.agency,
        "code": answer.reasons[0]["code"],
        "size": len(value),
        "raw": base64.b64encode(value[:MAX_RAW_BYTES]).decode("ascii"),
        "recorded_at": recorded_at,
    }
    return DEAD_LETTERS, answer.message.encode(), orjson.dumps(body), None
