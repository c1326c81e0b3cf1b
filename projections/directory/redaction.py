"""What a reader sees of a child: its entry, composed without the records that the reader may not know of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.authorization import is_withheld, restricted_services, withheld_involvements
from domain.child.composition import RecordFact, RecordState, compose, fold_record
from projections.audit_history.query import true_source
from projections.base.projection import PublishedEvent
from projections.directory.project import ASPECTS

Entry = dict[str, Any]
States = Mapping[str, RecordState | None]


class ReadScope(NamedTuple):
    """What decides what is left out.

    Whether the reader is cleared for sensitive services, the day on which consents must hold, and the children that the
    reader may see although they are shielded.
    """

    cleared: bool
    consents_on: date
    opened: Collection[str] = ()


class RedactedEntry(NamedTuple):
    """What a reader sees of a child.

    `entry` is composed without the `hidden` records (their streams) and is None where nothing else is known;
    `withheld` are the sensitive involvements of shown records, (record, number), to which no consent stands;
    `services` is how many services of hidden records are to be shown as restricted; `is_shielded` says that the child
    is shielded from the reader.
    """

    child: str
    entry: Entry | None = None
    hidden: Sequence[str] = ()
    withheld: frozenset[tuple[str, int]] = frozenset()
    services: int = 0
    is_shielded: bool = False


def redact(
    child: str,
    facts: Iterable[PublishedEvent],
    linked: Mapping[str, int],
    as_of_time: str | None,
    today: date,
    read_scope: ReadScope,
    *,
    states_now: States | None = None,
) -> RedactedEntry:
    """What is seen of a child of whose records `facts` are the events that hold, and `linked` when each came to it.

    Consents are judged by `states_now`, where facts are of an earlier time: one that was withdrawn holds for no time.
    """
    by_stream = by_record(facts)
    states = {stream: state_of(events) for stream, events in by_stream.items()}
    judged = states if states_now is None else states_now
    hidden = [
        stream
        for stream, events in by_stream.items()
        if is_withheld(
            judged[stream], {event.source for event in events}, cleared=read_scope.cleared, today=read_scope.consents_on
        )
    ]
    withheld = frozenset(
        (stream, number)
        for stream in states
        if (state := judged[stream])
        for number in withheld_involvements(state, read_scope.consents_on)
    )
    for stream, number in withheld:
        if state := states[stream]:
            state.involvements.pop(number, None)
    records = [state for stream, state in states.items() if state and stream not in hidden]
    if not records:
        return RedactedEntry(child, None, hidden, withheld)
    told = [event for stream, events in by_stream.items() if stream not in hidden for event in events]
    came = [position for record, position in linked.items() if record not in hidden]
    composed = compose(
        child,
        records,
        position=max([*came, *(event.position for event in told)]),
        as_of=as_of_time or max(event.recorded_at for event in told),
        today=today,
    )
    unnamed = [] if read_scope.cleared else [state for stream in hidden if (state := states[stream])]
    return RedactedEntry(child, composed, hidden, withheld, restricted_services(unnamed, today))


def by_record(facts: Iterable[PublishedEvent]) -> Mapping[str, list[PublishedEvent]]:
    """Events by the record that they are of."""
    by_stream: defaultdict[str, list[PublishedEvent]] = defaultdict(list)
    for event in facts:
        by_stream[event.stream].append(event)
    return by_stream


def state_of(events: Iterable[PublishedEvent]) -> RecordState | None:
    """The record as its events tell it; None while it has no particulars, or once its key is destroyed."""
    told = sorted((event for event in events if event.type in ASPECTS), key=lambda event: event.version)
    if not any(ASPECTS[event.type] == "particulars" for event in told):
        return None
    try:
        return fold_record([_fact(event) for event in told])
    except KeyError:
        return None


def _fact(event: PublishedEvent) -> RecordFact:
    personal: Mapping[str, Any] = event.personal
    source = true_source(event, personal)
    return RecordFact(event.stream, event.version, event.type, event.time, source, event.data, personal)
