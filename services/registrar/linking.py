"""The events that follow from a placement: on the child that the record belongs to, and on those that it absorbs."""

from collections.abc import Mapping, Sequence

from eventsourcing.domain import Aggregate

from domain.child import Absorbed, Child, Comparison
from domain.event import RegisterEvent
from domain.matching import Comparer, Finding, Placement
from domain.matching.placement import FIRST_RECORD

_NOBODY_LIKE_IT = Comparison("", FIRST_RECORD, 0.0, {})


def events_for(
    child: Child,
    placement: Placement,
    *,
    cause: RegisterEvent,
    comparer: Comparer,
    absorbed: Mapping[str, Child],
    brought: Mapping[str, Sequence[str]],
    like: Sequence[str] = (),
    alone: bool = True,
) -> list[RegisterEvent]:
    """The new events of the child and of the children that it has `absorbed`, whose records are those `brought`.

    `cause` is the event that describes the record, `like` and `alone` say why it is held back. What hides the child (an
    inherited shield, a suspicion) stands on its stream before what it hides.
    """
    matcher, record = comparer.settings.version, str(cause.originator_id)
    child.inherit(absorbed.values(), cause)
    ended = child.like_shielded.get(record, frozenset()).difference(like)
    if like:
        child.hold_back(cause, like, alone=alone)
    if placement.suspected:
        child.suspect(cause, matcher, [_comparison(comparer, each) for each in placement.suspected])
    if ended:
        child.end_suspicion(cause, ended)
    if record not in child.records:
        reason = placement.reason
        child.link(cause, matcher, _comparison(comparer, reason) if reason else _NOBODY_LIKE_IT)
    if placement.merged:
        merged = [_absorbed(comparer, each, brought[each.child]) for each in placement.merged]
        child.merge(cause, merged, matcher)
    if placement.contradicted:
        child.contradict(cause, matcher, [_comparison(comparer, each) for each in placement.contradicted])
    for each in absorbed.values():
        each.supersede(child.id, cause)
    return [event for changed in (child, *absorbed.values()) for event in pending_events(changed)]


def pending_events(changed: Aggregate) -> list[RegisterEvent]:
    """The events of an aggregate that are not saved yet; they are pending no more."""
    return [event for event in changed.collect_events() if isinstance(event, RegisterEvent)]


def _comparison(comparer: Comparer, found: Finding) -> Comparison:
    score = round(found.evidence.probability, 4)
    return Comparison(found.record, found.rule, score, comparer.explain(found.evidence))


def _absorbed(comparer: Comparer, found: Finding, records: Sequence[str]) -> Absorbed:
    compared = _comparison(comparer, found)
    return Absorbed(found.child, records, compared.rule, compared.score, compared.record, compared.explanation)
