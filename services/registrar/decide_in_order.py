"""Decides the messages of a batch one after the other: each by all that was decided before it, and each id once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.event import RegisterEvent
from domain.matching import Features
from domain.source_record import Command, Refusal
from services.registrar.batch import BatchResult, Message
from services.registrar.budgets import Budget
from services.registrar.cannot_link import CannotLinkRuling
from services.registrar.receipts import Answer
from services.registrar.store import ErasureRow, RecordKeyRow, SubmissionKey
from services.registrar.suspensions import SuspensionRow
from services.submission_contract.reading import Invalid, Reason, reason

_UNKNOWN_AGENCY = reason(
    "source", "unknown-agency", "no agency of this source is registered; ask the directory's data managers"
)
_NOT_THE_OWNER = reason("source", "not-your-source", "an agency may only send in its own name and to its own topic")
_REFUSED_BEFORE = reason("id", "refused-before", "this id was refused before; send what was corrected under a new id")
_ID_REUSED = reason(
    "id", "id-reused", "this id was accepted before with other content, and this was not taken; send it under a new id"
)
_NOT_PROCESSED = reason(
    "",
    "not-processed",
    "the directory could not process this; it was kept, and its operators will see to it",
)


class Effect(NamedTuple):
    """What a command that is accepted causes: at least one event, in order, and rows of the registrar's tables.

    `record_keys` are numbers that its agency uses for the first time, `moved` the new child of each record that changes
    hands by a steward's decision, `rulings` the steward's findings on which records are of two children, `suspensions`
    the new statuses of agencies, `unindexed` the keys of records that leave the match index, `indexed` the child,
    features and keys of records that enter it, `erasures` what is destroyed, `removed` the child of each record that a
    steward removes.
    """

    events: Sequence[RegisterEvent]
    record_keys: Sequence[RecordKeyRow] = ()
    moved: Mapping[str, str] = {}
    rulings: Sequence[CannotLinkRuling] = ()
    suspensions: Sequence[SuspensionRow] = ()
    unindexed: Mapping[str, Sequence[int]] = {}
    indexed: Mapping[str, tuple[str, Features, Sequence[int]]] = {}
    erasures: Sequence[ErasureRow] = ()
    removed: Mapping[str, str] = {}


Decide = Callable[[Message, Command], Effect | Refusal]
"""The effect of the command in a message, or why it is refused; the next call depends on what this one has decided."""


Distrust = Callable[[Command], Refusal | None]
"""Why a command is not believed to be its sender's; it is refused, and its id stays free for the sender."""


Repeats = Callable[[Command], bool]
"""Whether a command has the content that an earlier batch accepted under its id."""


def decide_in_order(
    messages: Sequence[Message],
    outcomes: Mapping[SubmissionKey, str],
    recorded_at: datetime,
    decide: Decide,
    distrust: Distrust = lambda _: None,
    repeats: Repeats = lambda _: True,
    budget: Budget | None = None,
) -> BatchResult:
    """Decides every message; `outcomes` has the outcome of each command that an earlier batch decided.

    `budget` says how many invalid messages are kept; without one all are.
    """
    result, outcomes = BatchResult(recorded_at), dict(outcomes)
    in_batch: dict[SubmissionKey, Command] = {}
    for message in messages:
        command = message.reading
        if isinstance(command, Invalid):
            answer = _invalid(result, message, command, budget)
        elif not message.is_in_own_name:
            answer = message.answered("refused", (_UNKNOWN_AGENCY if message.owner is None else _NOT_THE_OWNER,))
        elif before := outcomes.get((command.source, command.id)):
            first = in_batch.get((command.source, command.id))
            is_same = repeats(command) if first is None else first == command
            answer = message.answered("duplicate", _of_duplicate(before, is_same))
        elif distrusted := distrust(command):
            answer = _answer(result, message, distrusted)
        else:
            answer = _answer(result, message, decide(message, command))
            outcomes[command.source, command.id] = answer.outcome
            in_batch[command.source, command.id] = command
            result.changes.submissions.append((command.source, command.id, answer.outcome))
        result.answers.append(answer)
    return result


def _invalid(result: BatchResult, message: Message, invalid: Invalid, budget: Budget | None) -> Answer:
    """The answer to an invalid message, which is kept; what is beyond its agency's budget is not judged one by one."""
    if budget is None or budget.takes(message.sender):
        answer = message.answered("invalid", invalid.reasons)
        result.dead_letters.append((answer, message.value))
        return answer
    return message.answered("invalid", (_budget_used(budget),))._replace(counted=True)


def _budget_used(budget: Budget) -> Reason:
    until = f"{budget.until:%Y-%m-%d %H:%M} UTC"
    text = f"{budget.most:,} messages were invalid within the hour; until {until} more of them are counted, not kept"
    return reason("", "budget-used", text)


def _of_duplicate(before: str, is_same: bool) -> tuple[Reason, ...]:
    if before != "accepted":
        return (_REFUSED_BEFORE,)
    return () if is_same else (_ID_REUSED,)


def not_processed(message: Message, recorded_at: datetime) -> BatchResult:
    """Keeps a message that makes the deciding fail as a dead letter, and has no other effect."""
    answer = message.answered("refused", (_NOT_PROCESSED,))
    return BatchResult(recorded_at, answers=[answer], dead_letters=[(answer, message.value)])


def _answer(result: BatchResult, message: Message, decided: Effect | Refusal) -> Answer:
    """Adds the effect to the result; the answer names the last event."""
    if isinstance(decided, Refusal):
        return message.answered("refused", (reason(decided.field, decided.code, decided.message),))
    result.events.extend(decided.events)
    result.changes.record_keys.extend(decided.record_keys)
    result.changes.index.moved.update(decided.moved)
    result.changes.rulings.extend(decided.rulings)
    result.changes.suspensions.extend(decided.suspensions)
    result.changes.erasures.extend(decided.erasures)
    result.changes.index.outdated.update(decided.unindexed)
    result.changes.index.put.update(decided.indexed)
    result.changes.index.removed.update(decided.removed)
    for record in (each for erasure in decided.erasures for each in erasure.records):
        result.changes.index.put.pop(record, None)
        result.changes.index.moved.pop(record, None)
    return message.answered("accepted", last_event=len(result.events) - 1)
