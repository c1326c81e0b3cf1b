"""Decisions about a legal hold: asked for by one data manager, confirmed by another; a refusal changes nothing."""

from collections.abc import Sequence

from domain.child.child import Child
from domain.child.hold_events import HoldAsked, HoldLifted, HoldPlaced
from domain.child.judgement import Ruling
from domain.child.stewardship import UNKNOWN, about_one
from domain.source_record.rules import Refusal

HELD = Refusal("child", "held", "a legal hold stops it; two data managers have to lift that first")
ALREADY = Refusal("child", "already-held", "this child is held already")
NOT_HELD = Refusal("child", "not-held", "this child is not held")
WAITS = Refusal("decided_by", "same-person", "another data manager has to confirm what this one has asked for")


def is_held(family: Sequence[Child]) -> bool:
    """Whether a hold is on a child, or on one of those that it absorbed."""
    return any(each.held for each in family)


def place(child: Child | None, absorbed: Sequence[Child], ruling: Ruling) -> Sequence[Child] | Refusal:
    """Asks for a hold, or confirms the one that another data manager has asked for."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    if is_held([child, *absorbed]):
        return ALREADY
    if waits := _asked(child, ruling, lift=False):
        return waits
    if child.hold_asked is None or child.hold_asked[0]:
        child.trigger_event(HoldAsked, **ruling.provenance, **ruling.sealed, lift=False)
    else:
        child.trigger_event(HoldPlaced, **ruling.provenance, **ruling.sealed, inherited_from=None)
    return [child]


def lift(child: Child | None, absorbed: Sequence[Child], ruling: Ruling) -> Sequence[Child] | Refusal:
    """Asks that a hold ends, or confirms that; it then ends for all that the child absorbed too."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    family = [child, *absorbed]
    if not is_held(family):
        return NOT_HELD
    if waits := _asked(child, ruling, lift=True):
        return waits
    if child.hold_asked is None or not child.hold_asked[0]:
        child.trigger_event(HoldAsked, **ruling.provenance, **ruling.sealed, lift=True)
        return [child]
    changed = [each for each in family if each.held or each is child]
    for each in changed:
        each.trigger_event(HoldLifted, **ruling.provenance, **ruling.sealed)
    return changed


def _asked(child: Child, ruling: Ruling, *, lift: bool) -> Refusal | None:
    """The refusal where the same data manager asks twice."""
    return WAITS if child.hold_asked == (lift, ruling.decided_by) else None
