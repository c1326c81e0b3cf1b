"""A child's entry for a reader, composed without the records that the reader may not know of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.authorization import is_withheld, restricted_services, withheld_involvements
from domain.child.composition import RecordFact, RecordState, compose, compose_identity, fold_record
from projections.audit_history.query import true_source
from projections.base.projection import PublishedEvent
from projections.directory.project import ASPECTS

Entry = dict[str, Any]
States = Mapping[str, RecordState | None]


class ReadScope(NamedTuple):
    """What a reader may read.

    Whether the reader is cleared for sensitive services, the day on which consents must be in force, and the children
    that the reader may see although they are shielded. `only_identity`: of entries, only who the child is;
    `sees_waiting`: children who wait for a steward, since they may be one with a shielded child, are shown like one.
    """

    cleared: bool
    consents_on: date
    opened: Collection[str] = ()
    only_identity: bool = False
    sees_waiting: bool = False


class RedactedEntry(NamedTuple):
    """A child's entry as a reader may see it.

    `entry` is composed without the `hidden` records (their streams) and is None where no other is left; `withheld` are
    the sensitive involvements of shown records, (record, number), without a consent in force; `services` is how many
    services of hidden records are to be shown as restricted; `is_shielded` says that the child is shielded from the
    reader; `records` are those that the entry is composed of, and none of a shielded child.
    """

    child: str
    entry: Entry | None = None
    hidden: Sequence[str] = ()
    withheld: frozenset[tuple[str, int]] = frozenset()
    services: int = 0
    is_shielded: bool = False
    records: Sequence[RecordState] = ()


def redact(
    child: str,
    facts: Iterable[PublishedEvent],
    linked: Mapping[str, int],
    aside: Collection[str],
    as_of_time: str | None,
    today: date,
    read_scope: ReadScope,
    *,
    of_day: date | None = None,
    states_now: States | None = None,
) -> RedactedEntry:
    """The redacted entry of a child; `facts` are the current events of its records, `linked` the position of each link.

    The records in `aside` are shown, and count for nothing of who the child is.

    Where facts are of an earlier time, consents have to be in force twice: on the day that they are of, for a consent
    opens nothing of the time before it, and by `states_now`, for a withdrawn consent is valid for no time.
    Flags and records end on `of_day`, by default `today`, or before.
    """
    by_stream = by_record(facts)
    states = {stream: state_of(events, of_day or today) for stream, events in by_stream.items()}
    judged: list[tuple[States, date]] = [(states, of_day or read_scope.consents_on)]
    if states_now is not None:
        judged.append((states_now, read_scope.consents_on))
    hidden = [
        stream
        for stream, events in by_stream.items()
        if any(
            is_withheld(by[stream], {event.source for event in events}, cleared=read_scope.cleared, today=day)
            for by, day in judged
        )
    ]
    withheld = frozenset(
        (stream, number)
        for by, day in judged
        for stream in states
        if (state := by[stream])
        for number in withheld_involvements(state, day)
    )
    for stream, number in withheld:
        if state := states[stream]:
            state.involvements.pop(number, None)
    for stream in aside:
        if state := states.get(stream):
            state.aside = True
    records = [state for stream, state in states.items() if state and stream not in hidden]
    if not records:
        return RedactedEntry(child, None, hidden, withheld)
    shown = [event for stream, events in by_stream.items() if stream not in hidden for event in events]
    came = [position for record, position in linked.items() if record not in hidden]
    composed = (compose_identity if read_scope.only_identity else compose)(
        child,
        records,
        position=max([*came, *(event.position for event in shown)]),
        as_of=as_of_time or max(event.recorded_at for event in shown),
        today=today,
    )
    unnamed = [] if read_scope.cleared else [state for stream in hidden if (state := states[stream])]
    services = restricted_services(unnamed, of_day or today)
    return RedactedEntry(child, composed, hidden, withheld, services, records=records)


def by_record(facts: Iterable[PublishedEvent]) -> Mapping[str, list[PublishedEvent]]:
    """Events by record."""
    by_stream: defaultdict[str, list[PublishedEvent]] = defaultdict(list)
    for event in facts:
        by_stream[event.stream].append(event)
    return by_stream


def state_of(events: Iterable[PublishedEvent], today: date | None = None) -> RecordState | None:
    """The state of a record from its events, see `fold_record`.

    None while it has no particulars, or once its key is destroyed.
    """
    facts = sorted((event for event in events if event.type in ASPECTS), key=lambda event: event.version)
    if not any(ASPECTS[event.type] == "particulars" for event in facts):
        return None
    try:
        return fold_record([_fact(event) for event in facts], today)
    except KeyError:
        return None


def _fact(event: PublishedEvent) -> RecordFact:
    personal: Mapping[str, Any] = event.personal
    source = true_source(event, personal)
    return RecordFact(event.stream, event.version, event.type, event.time, source, event.data, personal)
