"""What goes back to an agency: one receipt for each message, and a dead letter for what could not be read."""

import base64
from typing import NamedTuple

import orjson

from services.contract.reading import Reason
from streams.kafka.topics import DEAD_LETTERS, UNCLAIMED, receipt_topic

MAX_RAW_BYTES = 65_536
"""How much of a message is kept in its dead letter."""

OutboxRow = tuple[str, bytes, bytes]


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


def receipt(answer: Answer, recorded_at: str, position: int | None) -> OutboxRow:
    """The receipt (contract §1) as an outbox row."""
    body = {
        "source": answer.source,
        "submission": answer.submission,
        "outcome": answer.outcome,
        "reasons": answer.reasons,
        "message": answer.message,
        "recorded_at": recorded_at,
        "position": position,
    }
    return receipt_topic(answer.agency or UNCLAIMED), (answer.source or UNCLAIMED).encode(), orjson.dumps(body)


def dead_letter(answer: Answer, value: bytes, recorded_at: str) -> OutboxRow:
    """The bytes of a message that was invalid or could not be processed, capped, as an outbox row."""
    body = {
        "message": answer.message,
        "agency": answer.agency,
        "code": answer.reasons[0]["code"],
        "size": len(value),
        "raw": base64.b64encode(value[:MAX_RAW_BYTES]).decode("ascii"),
        "recorded_at": recorded_at,
    }
    return DEAD_LETTERS, answer.message.encode(), orjson.dumps(body)
