"""Decisions about a legal hold: requested by one data manager, confirmed by another; a refusal changes nothing."""

from collections.abc import Sequence
from datetime import timedelta

from domain.child.child import Child
from domain.child.hold_events import HoldAsked, HoldLifted, HoldPlaced, HoldRequest
from domain.child.judgement import Ruling
from domain.child.stewardship import UNKNOWN, about_one
from domain.source_record.rules import Refusal

CONFIRMED_WITHIN = timedelta(days=7)
"""How long a request waits for its confirmation; after that it has to be made again."""
HELD = Refusal("child", "held", "a legal hold stops it; two data managers have to lift that first")
ALREADY = Refusal("child", "already-held", "this child is held already")
NOT_HELD = Refusal("child", "not-held", "this child is not held")
WAITS = Refusal("decided_by", "same-person", "another data manager has to confirm what this one has asked for")


def is_held(family: Sequence[Child]) -> bool:
    """Whether a hold is on a child, or on one of those that it absorbed."""
    return any(each.held for each in family)


def place(child: Child | None, absorbed: Sequence[Child], ruling: Ruling) -> Sequence[Child] | Refusal:
    """Requests a hold, or confirms the one that another data manager requested."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    if is_held([child, *absorbed]):
        return ALREADY
    pending = _pending_request(child, ruling, lift=False)
    if pending and pending.by == ruling.decided_by:
        return WAITS
    if pending is None:
        child.trigger_event(HoldAsked, **ruling.provenance, **ruling.sealed, lift=False)
    else:
        child.trigger_event(HoldPlaced, **ruling.provenance, **ruling.sealed, inherited_from=None)
    return [child]


def lift(child: Child | None, absorbed: Sequence[Child], ruling: Ruling) -> Sequence[Child] | Refusal:
    """Requests the end of a hold, or confirms it; the hold then ends for all children that this one absorbed, too."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    family = [child, *absorbed]
    if not is_held(family):
        return NOT_HELD
    pending = _pending_request(child, ruling, lift=True)
    if pending and pending.by == ruling.decided_by:
        return WAITS
    if pending is None:
        child.trigger_event(HoldAsked, **ruling.provenance, **ruling.sealed, lift=True)
        return [child]
    changed = [each for each in family if each.held or each is child]
    for each in changed:
        each.trigger_event(HoldLifted, **ruling.provenance, **ruling.sealed)
    return changed


def _pending_request(child: Child, ruling: Ruling, *, lift: bool) -> HoldRequest | None:
    """The earlier request that can still be confirmed."""
    found = child.hold_request
    return found if found and found.lift == lift and ruling.recorded_at - found.at < CONFIRMED_WITHIN else None
