"""Decisions about a legal hold: asked for by one data manager, confirmed by another; a refusal changes nothing."""

from collections.abc import Sequence
from datetime import timedelta

from domain.child.child import Child
from domain.child.hold_events import HoldAsked, HoldLifted, HoldPlaced, HoldRequest
from domain.child.judgement import Ruling
from domain.child.stewardship import UNKNOWN, about_one
from domain.source_record.rules import Refusal

CONFIRMED_WITHIN = timedelta(days=7)
"""How long what one has asked waits for the other; later it has to be asked again."""
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
    asked = _asked(child, ruling, lift=False)
    if asked and asked.by == ruling.decided_by:
        return WAITS
    if asked is None:
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
    asked = _asked(child, ruling, lift=True)
    if asked and asked.by == ruling.decided_by:
        return WAITS
    if asked is None:
        child.trigger_event(HoldAsked, **ruling.provenance, **ruling.sealed, lift=True)
        return [child]
    changed = [each for each in family if each.held or each is child]
    for each in changed:
        each.trigger_event(HoldLifted, **ruling.provenance, **ruling.sealed)
    return changed


def _asked(child: Child, ruling: Ruling, *, lift: bool) -> HoldRequest | None:
    """What was asked before and can be confirmed still."""
    asked = child.hold_asked
    return asked if asked and asked.lift == lift and ruling.recorded_at - asked.at < CONFIRMED_WITHIN else None
