"""Every topic of the product with its explicit settings. Names are wire format: agencies know them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

REGISTER_EVENTS = "register.events"
ACCESS_EVENTS = "access.events"
DEAD_LETTERS = "dead-letters"
CHECKPOINTS = "checkpoints"
"""Every signed checkpoint of both logs, by the log's name; for auditors, since their sizes count events."""
UNCLAIMED = "unclaimed"
"""In place of an agency code in the topics of messages that no registered agency has sent."""
STEWARDSHIP = "stewardship"
"""In place of an agency code in the topics of what the directory's own data stewards decide; the API writes it."""

SUBMISSIONS = "submissions."
RECEIPTS = "receipts."
NOTICES = "notices."
"""Notices to a local authority, by its ONS code, of looks and of overridden shields. Created when first needed."""
REGISTER_PARTITIONS = 32
ACCESS_PARTITIONS = 8
"""As many as projectors may ever share a log, for the partition of a stream can't change later: a stream's events would
lie in two partitions, and no order holds between those."""
PROJECTOR_GROUP = "contactpoint-projector"
"""What the names of the projectors' consumer groups begin with."""
MAX_MESSAGE_BYTES = 2 * 1024 * 1024

_FOR_EVER = {"retention.ms": "-1", "message.timestamp.type": "CreateTime"}
_SEVEN_DAYS = {
    "retention.ms": str(timedelta(days=7) // timedelta(milliseconds=1)),
    "segment.ms": str(timedelta(hours=6) // timedelta(milliseconds=1)),
    "message.timestamp.type": "LogAppendTime",
}
"""Age is counted by the broker's clock, not by the sender's; closing segments often lets them be deleted in time."""
_ALWAYS = {"cleanup.policy": "delete", "retention.bytes": "-1", "max.message.bytes": str(MAX_MESSAGE_BYTES)}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it has to be: its number of partitions and Kafka's own names for its settings."""

    name: str
    partitions: int
    config: Mapping[str, str]


def submissions_topic(code: str) -> str:
    """The topic to which the agency of that code, or UNCLAIMED or STEWARDSHIP, submits."""
    return SUBMISSIONS + code


def receipt_topic(code: str) -> str:
    """The topic of receipts to the agency of that code, or UNCLAIMED or STEWARDSHIP."""
    return RECEIPTS + code


def notices_topic(authority: str) -> str:
    """The topic of notices to the authority of that ONS code, or UNCLAIMED where no authority is known."""
    return NOTICES + authority


def notice_topics(names: Iterable[str]) -> list[Topic]:
    """Topics of notices, which are kept for ever."""
    return [_topic(name, 1, _FOR_EVER) for name in names]


def agency_topics(code: str) -> list[Topic]:
    """The two topics of an agency."""
    return [_topic(submissions_topic(code), 1, _SEVEN_DAYS), _topic(receipt_topic(code), 1, _FOR_EVER)]


def _topic(name: str, partitions: int, config: Mapping[str, str]) -> Topic:
    return Topic(name, partitions, {**_ALWAYS, **config})


COMMON_TOPICS = (
    _topic(REGISTER_EVENTS, REGISTER_PARTITIONS, _FOR_EVER),
    _topic(ACCESS_EVENTS, ACCESS_PARTITIONS, _FOR_EVER),
    _topic(DEAD_LETTERS, 1, _SEVEN_DAYS),
    _topic(CHECKPOINTS, 1, _FOR_EVER),
    *agency_topics(UNCLAIMED),
    *agency_topics(STEWARDSHIP),
    *notice_topics([notices_topic(UNCLAIMED)]),
)
