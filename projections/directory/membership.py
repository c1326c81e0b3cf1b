"""The records of a child at a time: the events of its own stream up to then, folded."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from projections.base.projection import PublishedEvent


@dataclass(slots=True)
class Membership:
    """The records of a child, each with the position of its link, or the child that absorbed it.

    `aside` are those set aside, each with the time from which on.
    """

    records: dict[str, int] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    superseded_by: str | None = None


def true_since(event: PublishedEvent) -> str:
    """From when on an event is true: by its time, and at once where an agency's clock runs ahead of the directory's."""
    return min(event.time, event.recorded_at)


def membership_of(events: Iterable[PublishedEvent]) -> Membership:
    """The membership after the events of one child, given in order of their versions."""
    membership = Membership()
    for event in events:
        step = _STEPS.get(event.type)
        if step:
            step(membership, event)
    return membership


def absorbed_by(events: Iterable[PublishedEvent]) -> dict[str, frozenset[str]]:
    """What each child brought that one absorbed and that has not left it again, in order, by the events of that one."""
    brought: dict[str, frozenset[str]] = {}
    for event in events:
        if event.type == "ChildrenMerged.v1":
            for each in event.data["merged"]:
                brought.pop(each["child"], None)
                brought[each["child"]] = frozenset(each["records"])
        elif event.type == "RecordUnlinked.v1":
            brought.pop(event.data["to"], None)
    return brought


def _added(membership: Membership, event: PublishedEvent) -> None:
    membership.records[event.data["record"]] = event.position


def _merged(membership: Membership, event: PublishedEvent) -> None:
    for each in event.data["merged"]:
        membership.records |= dict.fromkeys(each["records"], event.position)


def _unlinked(membership: Membership, event: PublishedEvent) -> None:
    for record in event.data["records"]:
        membership.records.pop(record, None)
        membership.aside.pop(record, None)


def _superseded(membership: Membership, event: PublishedEvent) -> None:
    membership.records.clear()
    membership.aside.clear()
    membership.superseded_by = event.data["by"]


def _set_aside(membership: Membership, event: PublishedEvent) -> None:
    for each in event.data["aside"]:
        membership.aside.setdefault(each["record"], true_since(event))


def _accepted(membership: Membership, event: PublishedEvent) -> None:
    for record in event.data["records"]:
        membership.aside.pop(record, None)


def _believed(membership: Membership, event: PublishedEvent) -> None:
    membership.aside.pop(event.data["record"], None)


def _disbelieved(membership: Membership, event: PublishedEvent) -> None:
    membership.aside.setdefault(event.data["record"], true_since(event))


def _reinstated(membership: Membership, _: PublishedEvent) -> None:
    membership.superseded_by = None


_STEPS: Mapping[str, Callable[[Membership, PublishedEvent], None]] = {
    "ChildListed.v1": _added,
    "RecordLinked.v1": _added,
    "RecordUnlinked.v1": _unlinked,
    "RecordsSetAside.v1": _set_aside,
    "RecordsAccepted.v1": _accepted,
    "RecordAcceptedBySteward.v1": _believed,
    "RecordSetAsideBySteward.v1": _disbelieved,
    "ChildrenMerged.v1": _merged,
    "ChildSuperseded.v1": _superseded,
    "ChildReinstated.v1": _reinstated,
}
