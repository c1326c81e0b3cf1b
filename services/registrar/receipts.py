"""What goes back to an agency: a receipt for each message or run of them, and a dead letter for what can't be read."""

import base64
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from projections.receipts.query import LONGEST_RUN
from services.submission_contract.reading import Reason
from streams.kafka.topics import DEAD_LETTERS, UNCLAIMED, receipt_topic
from streams.store.outbox import Message

MAX_RAW_BYTES = 65_536
"""How much of a message is kept in its dead letter."""


class Answer(NamedTuple):
    """The outcome of one message. `agency` is the code of the topic's owner, or None for the unclaimed topic.

    `message` is topic/partition/offset; `last_event` is the index in the batch of the last event that it caused.
    `counted` says that it is not kept, for it is beyond its agency's budget.
    """

    message: str
    agency: str | None
    source: str | None
    submission: str | None
    outcome: str
    reasons: tuple[Reason, ...] = ()
    last_event: int | None = None
    counted: bool = False


class Run(NamedTuple):
    """The answer to so many messages that follow each other in a partition; it names the last of them."""

    answer: Answer
    messages: int


def runs(answers: Iterable[Answer]) -> Iterator[Run]:
    """The answers, with one for each run of messages that are unreadable in the same way, or counted together."""
    waiting: Run | None = None
    for answer in answers:
        if waiting and _goes_on(waiting, answer):
            waiting = Run(answer._replace(submission=None), waiting.messages + 1)
            continue
        if waiting:
            yield waiting
        waiting = Run(answer, 1)
    if waiting:
        yield waiting


def _goes_on(run: Run, answer: Answer) -> bool:
    before = run.answer
    if answer.outcome != "invalid" or before.reasons != answer.reasons or run.messages == LONGEST_RUN:
        return False
    unnamed = before.submission is None and answer.submission is None
    return (unnamed or (before.counted and answer.counted)) and answer.message == _after(before.message, 1)


def _after(message: str, number: int) -> str:
    """The message so many behind this one, or before it."""
    partition, _, offset = message.rpartition("/")
    return f"{partition}/{int(offset) + number}"


def receipt(run: Run, recorded_at: str, position: int | None) -> Message:
    """The receipt (contract §1), for the outbox; its position is no part of what the agency reads."""
    answer = run.answer
    body: dict[str, object] = {
        "source": answer.source,
        "submission": answer.submission,
        "outcome": answer.outcome,
        "reasons": answer.reasons,
        "message": answer.message,
        "recorded_at": recorded_at,
        "position": None,
    }
    if run.messages > 1:
        body |= {"first": _after(answer.message, 1 - run.messages), "messages": run.messages}
    topic, key = receipt_topic(answer.agency or UNCLAIMED), (answer.source or UNCLAIMED).encode()
    return topic, key, orjson.dumps(body), position


def dead_letter(answer: Answer, value: bytes, recorded_at: str) -> Message:
    """The bytes of a message that was invalid or could not be processed, capped, for the outbox."""
    body: dict[str, object] = {
        "message": answer.message,
        "agency": answer.agency,
        "code": answer.reasons[0]["code"],
        "size": len(value),
        "raw": base64.b64encode(value[:MAX_RAW_BYTES]).decode("ascii"),
        "recorded_at": recorded_at,
    }
    return DEAD_LETTERS, answer.message.encode(), orjson.dumps(body), None
