"""A batch: the messages that take effect together, what is known when they are decided, and what they cause."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.agency import Agency
from domain.event import RegisterEvent
from domain.source_record import Command
from domain.vocabulary import STEWARDSHIP_SOURCE
from services.contract.decisions import read_decision
from services.contract.reading import TOO_LARGE, Invalid, Reason, read
from services.registrar import store
from services.registrar.batch_matcher import BatchMatcher
from services.registrar.receipts import Answer
from streams.kafka.topics import STEWARDSHIP, submissions_topic

STEWARDS_TOPIC = submissions_topic(STEWARDSHIP)


@dataclass(slots=True)
class Message:
    """One message of a submissions topic; `owner` is the topic's agency, or None for the unclaimed topic.

    `oversize` says that the sender cut it; `reading` is what its value says.
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
    def reference(self) -> str:
        """Names the message in its receipt."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    def answered(self, outcome: str, reasons: Sequence[Reason], last_event: int | None = None) -> Answer:
        """The answer to it."""
        code, urn = (self.owner.code, self.owner.urn) if self.owner else (None, None)
        if self.is_stewards:
            code, urn = STEWARDSHIP, STEWARDSHIP_SOURCE
        return Answer(self.reference, code, urn, self.reading.id, outcome, tuple(reasons), last_event)


@dataclass(slots=True)
class Batch:
    """What is known when a batch is decided, and what it has caused so far."""

    recorded_at: datetime
    outcomes: dict[store.SubmissionKey, str]
    streams: dict[store.RecordKey, UUID]
    batch_matcher: BatchMatcher
    events: list[RegisterEvent] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    letters: list[tuple[Answer, bytes]] = field(default_factory=list)
    changes: store.Changes = field(default_factory=store.Changes)

    def __post_init__(self) -> None:
        self.changes.index = self.batch_matcher.changes

    def answer(self, message: Message, answer: Answer) -> None:
        """Adds the answer to a message; what was not readable is kept as well."""
        self.answers.append(answer)
        if answer.outcome == "invalid":
            self.letters.append((answer, message.value))
