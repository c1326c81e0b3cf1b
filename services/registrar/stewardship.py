"""How a data steward's decision takes effect: the children it is about are loaded, and the domain rules on it.

Decisions are few and each depends on the one before, so every one is looked up on its own.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from domain.child import Child, Ruling, shielding, stewardship
from domain.child.stewardship import Leaving, Ruled
from domain.source_record import Command, Refusal
from services.contract.decisions import DecisionType
from services.registrar.store import RecordKey


class Known(Protocol):
    """What the registrar knows, up to the decision before."""

    def child(self, child: str) -> Child | None:
        """The child of that number."""

    def versions_of(self, records: Iterable[str]) -> dict[str, int]:
        """The last version of each record."""

    def streams_of(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, UUID]:
        """The stream of each record that an agency's number means."""


_OF_SHIELDS: Mapping[str, shielding.Decide] = {
    DecisionType.SHIELD_APPLY: shielding.apply,
    DecisionType.SHIELD_REVIEW: shielding.review,
    DecisionType.SHIELD_LIFT: shielding.lift,
}


def rule(known: Known, command: Command, ruling: Ruling, new_id: Callable[[], UUID]) -> Ruled | Refusal:
    """What the decision does, or why it is refused."""
    data = command.data
    if command.type in _OF_SHIELDS:
        decided = _OF_SHIELDS[command.type](known.child(data["child"]), ruling)
        return decided if isinstance(decided, Refusal) else Ruled((decided,), {}, False, (), ())
    if command.type == DecisionType.SPLIT:
        return _split(known, data, ruling, new_id)
    decide = stewardship.merge if command.type == DecisionType.MERGE else stewardship.dismiss
    return decide(known.child(data["left"]), known.child(data["right"]), ruling)


def _split(known: Known, data: Mapping[str, Any], ruling: Ruling, new_id: Callable[[], UUID]) -> Ruled | Refusal:
    child = known.child(data["child"])
    found = _leaving(known, child, data.get("records"))
    if isinstance(found, Refusal):
        return found
    assert child is not None
    absorbed = known.child(found.absorbed) if found.absorbed else None
    return stewardship.split(child, found, known.versions_of(found.records), absorbed, new_id(), ruling)


def _leaving(known: Known, child: Child | None, named: list[dict[str, str]] | None) -> Leaving | Refusal:
    if named is None:
        return stewardship.leaving(child, None)
    keys = [(each["source"], "subject", each["subject"]) for each in named]
    streams = known.streams_of(keys)
    if child is not None and not streams.keys() >= set(keys):
        return stewardship.NOT_HERE
    return stewardship.leaving(child, {str(stream) for stream in streams.values()})
