"""Rules that can never hold: they need data that no agency may report, or that no policy may use."""

from domain.agency import RIGHTS
from domain.inclusion_policy.rules import KnownTo, Rule, ServedBy, WorkedWith
from domain.vocabulary import SENSITIVE_SERVICES, AgencyKind


def why_unanswerable(rule: Rule) -> str | None:
    """Why this one rule, whatever rules surround it, can never hold, as a sentence for its author; None if it can."""
    if isinstance(rule, WorkedWith) and SENSITIVE_SERVICES.intersection(rule.services):
        return "this rule can never hold: that a sensitive service works with a child is told to no policy; take it out"
    if isinstance(rule, ServedBy | KnownTo) and AgencyKind.SENSITIVE_SERVICE in rule.kinds:
        return "this rule can never hold: what a sensitive service knows is told to no policy; take it out"
    if isinstance(rule, ServedBy) and not all(RIGHTS[kind].services for kind in rule.kinds):
        return "this rule can never hold: agencies of one of these kinds tell of no involvements; use known_to for it"
    return None
