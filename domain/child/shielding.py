"""Decisions about the shield of a child: to apply it, to keep it at a review, to hand it over, to lift it."""

from collections.abc import Callable

from domain.child.child import Child
from domain.child.judgement import Ruling
from domain.child.shield import next_review
from domain.child.stewardship import UNKNOWN, about_one
from domain.days import day_at
from domain.source_record.rules import Refusal

SHIELDED = Refusal("child", "already-shielded", "this child is shielded already; review the shield instead")
NOT_SHIELDED = Refusal("child", "not-shielded", "no shield stands for this child")
SAME_CUSTODIAN = Refusal("to", "same-custodian", "this authority takes care of the shield already")

Decide = Callable[[Child | None, str | None, Ruling], Child | Refusal]
"""The child with its new event, or why it is refused; a refusal changes nothing. The text is the custodian named."""


def apply(child: Child | None, custodian: str | None, ruling: Ruling) -> Child | Refusal:
    """Hides the child's whereabouts; the first review is due in six months."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    if child.shield:
        return SHIELDED
    child.apply_shield(next_review(day_at(ruling.recorded_at)), custodian, ruling)
    return child


def review(child: Child | None, _: str | None, ruling: Ruling) -> Child | Refusal:
    """Keeps the shield; the next review is due in six months."""
    found = _shielded(child)
    if not isinstance(found, Refusal):
        found.review_shield(next_review(day_at(ruling.recorded_at)), ruling)
    return found


def hand_over(child: Child | None, custodian: str | None, ruling: Ruling) -> Child | Refusal:
    """Gives the shield into the care of another authority."""
    found = _shielded(child)
    if isinstance(found, Refusal):
        return found
    if custodian is None or (found.shield and found.shield.custodian == custodian):
        return SAME_CUSTODIAN
    found.hand_over_shield(custodian, ruling)
    return found


def lift(child: Child | None, _: str | None, ruling: Ruling) -> Child | Refusal:
    """Shows the child's whereabouts again."""
    found = _shielded(child)
    if not isinstance(found, Refusal):
        found.lift_shield(ruling)
    return found


def _shielded(child: Child | None) -> Child | Refusal:
    """The child, if it is shielded."""
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    return child if child.shield else NOT_SHIELDED
