"""Decides a batch of agencies' submissions without I/O: the state of the directory is passed in."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from domain.child import Child
from domain.child.stewardship import about_one
from domain.days import day_at
from domain.erasure import ERASED
from domain.event import RegisterEvent
from domain.matching.beside_hidden import withheld
from domain.retention import ENDS_AN_ENTRY, brings_back, is_a_child, is_only_gone
from domain.source_record import Command, Refusal, decide, is_effect
from domain.suspension import SUSPENDED
from domain.vocabulary import SubmissionType
from services.registrar.batch import BatchResult, Message
from services.registrar.batch_matcher import Described, Placed, is_hidden
from services.registrar.batch_state import DESCRIBES, BatchState, record_keys
from services.registrar.budgets import Budgets
from services.registrar.decide_in_order import Effect, decide_in_order
from services.registrar.hidden_children import stays_hidden
from services.registrar.linking import NOBODY_LIKE_IT, best_known_first, events_for, pending_events

NewId = Callable[[], UUID]
"""A random stream id."""


def decide_batch(
    messages: Sequence[Message],
    state: BatchState,
    recorded_at: datetime,
    new_id: NewId,
    budgets: Budgets | None = None,
) -> BatchResult:
    """What the messages cause; `recorded_at` is their events' time. `state` is brought up to date by each decision.

    `budgets` has what may be taken of each agency; without them all is.
    """

    def effect(message: Message, command: Command) -> Effect | Refusal:
        decided = _decide(message, command, state, recorded_at, new_id, budgets)
        if isinstance(decided, Effect):
            _know_hidden(decided.events, state)
        return decided

    def distrust(command: Command) -> Refusal | None:
        return SUSPENDED if command.source in state.suspended else None

    def repeats(command: Command) -> bool:
        return _repeats(command, state)

    result = decide_in_order(
        messages, state.outcomes, recorded_at, effect, distrust, repeats, budgets and budgets.invalid
    )
    result.changes.index = state.matcher.changes
    result.changes.spent = budgets.taken if budgets else []
    return result


def _know_hidden(events: Sequence[RegisterEvent], state: BatchState) -> None:
    """Marks which of the children with events are hidden, for the decisions that follow."""
    for event in events:
        child = state.children.get(event.originator_id)
        if child is not None:
            state.matcher.know(str(child.id), hidden=stays_hidden(child))


def _repeats(command: Command, state: BatchState) -> bool:
    """Whether an earlier batch has accepted just this command; True of a destroyed record, of which nothing is left."""
    number = (command.source, "subject", command.subject)
    if number in state.erased:
        return True
    stream = state.streams.get(number)
    record = state.records.get(stream) if stream else None
    if stream is None or record is None:
        return False
    return any(is_effect(event, record, command) for event in state.caused.get((stream, command.id), ()))


def _decide(
    message: Message,
    command: Command,
    state: BatchState,
    recorded_at: datetime,
    new_id: NewId,
    budgets: Budgets | None,
) -> Effect | Refusal:
    """What a command does to its record, and what follows from that for the child."""
    assert message.owner is not None
    if (command.source, "subject", command.subject) in state.erased:
        return ERASED
    stream = state.streams.get((command.source, "subject", command.subject))
    used_by = state.streams.get((command.source, "involvement", command.data.get("involvement", "")))
    decided = decide(
        state.records.get(stream) if stream else None,
        command,
        message.owner,
        new_id=stream or new_id(),
        recorded_at=recorded_at,
        other_record_has_involvement=used_by is not None and used_by != stream,
    )
    if isinstance(decided, Refusal):
        return decided
    state.records[decided.id] = decided
    new_keys = [key for key in record_keys(command) if key not in state.streams]
    state.streams.update(dict.fromkeys(new_keys, decided.id))
    (event,) = decided.collect_events()
    assert isinstance(event, RegisterEvent)
    events = [event]
    if command.type in DESCRIBES:
        holds = event.time >= decided.described_at
        is_queued = partial(budgets.suspicions.takes, message.sender) if budgets else lambda: True
        events += _link(event, state.described[command.source, command.id], holds, state, new_id, is_queued)
    elif command.type == SubmissionType.RECORD_REMOVED:
        events += _remove(event, state)
    events += _return(event, state, message.sender, budgets)
    return Effect(events, [(*key, decided.id) for key in new_keys])


def _return(cause: RegisterEvent, state: BatchState, sender: str, budgets: Budgets | None) -> list[RegisterEvent]:
    """Takes the record's child out of the archive where the event says that it is here.

    Of who is grown up, or believed dead, an agency brings back so many a day, for each opens an entry that is closed;
    but of whom it says itself that it is a child it brings back everybody.
    """
    record = str(cause.originator_id)
    number = state.matcher.child_of(record) or state.archived.get(record)
    child = state.children.get(UUID(number)) if number else None
    if child is None or child.archived is None or about_one(child):
        return []
    rules, today = child.archived.rules, day_at(cause.timestamp)
    if not brings_back(cause, rules, today):
        return pending_events(child)
    is_free = ENDS_AN_ENTRY.isdisjoint(rules) or is_a_child(cause, today)
    if budgets is None or is_free or (budgets.of_gone if is_only_gone(rules) else budgets.returns).takes(sender):
        child.leave_archive(cause)
    return pending_events(child)


def _link(
    cause: RegisterEvent,
    described: Described,
    holds: bool,
    state: BatchState,
    new_id: NewId,
    is_queued: Callable[[], bool],
) -> list[RegisterEvent]:
    """Finds the child that the record belongs to, or lists a new one; gives the events that follow for children.

    `is_queued` is called where the record is like a shielded child's; it returns whether that is put into the queue.
    """
    record = str(cause.originator_id)
    within = state.matcher.closed.get(record)
    if within and (state.children[UUID(within)].is_closed or state.children[UUID(within)].superseded_by):
        return []
    placed = state.matcher.place(record, described, lambda child: state.children.get(UUID(child)), holds=holds)
    if placed and placed.closed:
        return _close(cause, placed, state, new_id)
    if placed is None:
        return []
    placed = placed._replace(placement=best_known_first(placed.placement, described.source, state.matcher))
    placement = placed.placement
    if placement.child is None:
        hidden = bool(placed.like) or any(is_hidden(state.children[UUID(each.child)]) for each in placement.merged)
        child = Child.listed(new_id(), cause, hidden=hidden)
        state.children[child.id] = child
    else:
        child = state.children[UUID(placement.child)]
    if placed.like and not is_queued():
        placement = withheld(placement, placed.like, child.like_shielded.get(record, ()))
    if within:
        state.matcher.closed.pop(record)
        child.open_record(cause)
    openly = {each.child for each in placement.merged if state.matcher.openly_known_by(each.child)}
    brought = state.matcher.put(record, placed, str(child.id))
    absorbed = {each: state.children[UUID(each)] for each in brought}
    suspected = {each for one in absorbed.values() for each in one.like_shielded}
    return events_for(
        child,
        placement,
        cause=cause,
        comparer=state.matcher.comparer,
        absorbed=absorbed,
        brought=brought,
        openly=openly,
        like=placed.like,
        alone=placed.alone,
        aside=placed.aside,
        accepted=_accepted(child, record, placed, state),
        versions={each: known.version for each in suspected if (known := state.records.get(UUID(each)))},
    )


def _close(cause: RegisterEvent, placed: Placed, state: BatchState, new_id: NewId) -> list[RegisterEvent]:
    """The record names a closed child: it stays where it is, or becomes a child of its own, and joins nothing."""
    record = str(cause.originator_id)
    if record in state.matcher.closed:
        return []
    if placed.placement.child is not None:
        child = state.children[UUID(placed.placement.child)]
        child.close_record(cause, placed.closed)
    else:
        child = Child.listed(new_id(), cause, hidden=True)
        state.children[child.id] = child
        child.close_record(cause, placed.closed)
        child.link(cause, state.matcher.comparer.settings.version, NOBODY_LIKE_IT)
    state.matcher.close(record, str(child.id))
    return pending_events(child)


def _accepted(child: Child, record: str, placed: Placed, state: BatchState) -> list[str]:
    """The records that were set aside and fit the child since this one was placed; it may be one of them."""
    found = state.matcher.accepted(str(child.id))
    return [*found, record] if record in child.aside and not placed.aside else found


def _remove(cause: RegisterEvent, state: BatchState) -> list[RegisterEvent]:
    """Nothing is linked through a removed record any more; gives the events that follow for its child."""
    record = str(cause.originator_id)
    child = state.matcher.child_of(record)
    state.matcher.remove(record)
    if child is None:
        return []
    changed = state.children[UUID(child)]
    if accepted := state.matcher.accepted(child):
        changed.accept(cause, state.matcher.comparer.settings.version, accepted)
    _hold_back_anew(changed, cause, state)
    return pending_events(changed)


def _hold_back_anew(child: Child, cause: RegisterEvent, state: BatchState) -> None:
    """The child is held back for records that are like shielded children's, if no other agency's counts any more."""
    like = child.like_shielded
    versions = {each: known.version for each in like if (known := state.records.get(UUID(each)))}
    shielded = frozenset[str]().union(*like.values()) - state.lifted
    child.follow_shields(child.suspected(versions), shielded, cause, state.matcher.sources_of(str(child.id)))
