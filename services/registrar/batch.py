"""A batch: the messages that take effect together, and everything that they cause."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.agency import Agency
from domain.event import RegisterEvent
from domain.source_record import Command
from domain.vocabulary import STEWARDSHIP_SOURCE
from services.registrar.receipts import Answer
from services.registrar.store import Changes
from services.submission_contract.decisions import read_decision
from services.submission_contract.reading import TOO_LARGE, Invalid, Reason, read
from streams.kafka.topics import STEWARDSHIP, UNCLAIMED, submissions_topic

STEWARDS_TOPIC = submissions_topic(STEWARDSHIP)


@dataclass(slots=True)
class Message:
    """One message of a submissions topic; `owner` is the topic's agency, or None for the unclaimed topic.

    `oversize` says that the sender cut it; `reading` is the command in its value, or why there is none.
    """

    topic: str
    partition: int
    offset: int
    value: bytes
    owner: Agency | None
    oversize: bool = False
    reading: Command | Invalid = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.oversize:
            self.reading = TOO_LARGE
        else:
            self.reading = read_decision(self.value) if self.is_stewards else read(self.value)

    @property
    def is_stewards(self) -> bool:
        """Whether it is a data steward's decision."""
        return self.topic == STEWARDS_TOPIC

    @property
    def sender(self) -> str:
        """The code of the topic's agency; what is not an agency's is of the unclaimed topic's."""
        return self.owner.code if self.owner else UNCLAIMED

    @property
    def is_in_own_name(self) -> bool:
        """Whether a steward or the topic's agency sends it, in its own name; False where it could not be read."""
        if isinstance(self.reading, Invalid):
            return False
        return self.is_stewards or (self.owner is not None and self.owner.urn == self.reading.source)

    @property
    def reference(self) -> str:
        """Names the message in its receipt."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    def answered(self, outcome: str, reasons: Sequence[Reason] = (), last_event: int | None = None) -> Answer:
        """The answer to it."""
        code, urn = (self.owner.code, self.owner.urn) if self.owner else (None, None)
        if self.is_stewards:
            code, urn = STEWARDSHIP, STEWARDSHIP_SOURCE
        return Answer(self.reference, code, urn, self.reading.id, outcome, tuple(reasons), last_event)


@dataclass(slots=True)
class BatchResult:
    """Everything that a batch causes, which is saved in one transaction; one answer for each message, in their order.

    `dead_letters` are the answers to messages that could not be read or processed, each with the bytes of its message.
    """

    recorded_at: datetime
    events: list[RegisterEvent] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    dead_letters: list[tuple[Answer, bytes]] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
