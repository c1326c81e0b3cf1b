"""Which topic and key a submission goes to, as far as it can be read; only the registrar validates it."""

from collections.abc import Container

import orjson

from domain.vocabulary import agency_code
from domain.written import BYTE_ORDER_MARK
from streams.kafka.topics import UNCLAIMED, submissions_topic

LONGEST_KEY = 256


def route(value: bytes, agencies: Container[str]) -> tuple[str, bytes | None]:
    """Topic and key of a submission: the topic of its source where that is registered, else the unclaimed one."""
    try:
        submission = orjson.loads(value.removeprefix(BYTE_ORDER_MARK))
    except ValueError:
        return submissions_topic(UNCLAIMED), None
    if not isinstance(submission, dict):
        return submissions_topic(UNCLAIMED), None
    source = submission.get("source")
    code = agency_code(source) if isinstance(source, str) else None
    return submissions_topic(code if code is not None and code in agencies else UNCLAIMED), key_of(submission)


def key_of(submission: object) -> bytes | None:
    """The Kafka key that keeps one record's submissions in order: the subject, where one can be read."""
    subject = submission.get("subject") if isinstance(submission, dict) else None
    return subject.encode(errors="replace")[:LONGEST_KEY] if isinstance(subject, str) and subject else None
