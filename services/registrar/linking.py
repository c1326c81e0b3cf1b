"""The events that follow from a placement: on the child that the record belongs to, and on those that it absorbs."""

from collections.abc import Collection, Mapping, Sequence

from eventsourcing.domain import Aggregate

from domain.child import Absorbed, Child, Comparison
from domain.event import RegisterEvent
from domain.matching import Comparer, Finding, Placement
from domain.matching.placement import FIRST_RECORD
from services.registrar.batch_matcher import BatchMatcher

_UNKNOWN: Mapping[str, int] = {}
NOBODY_LIKE_IT = Comparison("", FIRST_RECORD, 0.0, {})
"""Why the first record of a child is linked to it."""


def events_for(
    child: Child,
    placement: Placement,
    *,
    cause: RegisterEvent,
    comparer: Comparer,
    absorbed: Mapping[str, Child],
    brought: Mapping[str, Sequence[str]],
    openly: Collection[str],
    like: Sequence[str] = (),
    alone: bool = True,
    aside: bool = False,
    accepted: Sequence[str] = (),
    versions: Mapping[str, int] = _UNKNOWN,
) -> list[RegisterEvent]:
    """The new events of the child and of the children that it has `absorbed`, whose records are those `brought`.

    `cause` is the event that describes the record, `like` and `alone` say why it is held back, `aside` that it is set
    aside; `accepted` has the records of the child that are so no more. `versions` has the current version of those that
    are like shielded children's in what it absorbs, `openly` has those absorbed whom an ordinary agency knows. What
    hides the child (an inherited shield, a suspicion) comes on its stream before what it hides. What the record is
    still suspected of does not end.
    """
    matcher, record = comparer.settings.version, str(cause.originator_id)
    suspected = [
        each for number, one in absorbed.items() for each in one.suspected(versions) if each.record in brought[number]
    ]
    set_aside = {each: since for one in absorbed.values() for each, since in one.aside.items() if each not in accepted}
    child.inherit(absorbed.values(), cause)
    child.inherit_hold(absorbed.values(), cause)
    child.be_here_with([one for number, one in absorbed.items() if number in openly], cause)
    child.keep_suspicions(suspected, cause)
    still = {each.record for each in placement.suspected}
    ended = child.like_shielded.get(record, frozenset()).difference(like, still)
    if like:
        child.hold_back(cause, like, alone=alone)
    if placement.suspected:
        child.suspect(cause, matcher, [comparison(comparer, each) for each in placement.suspected])
    if ended:
        child.end_suspicion(cause, ended)
    if record not in child.records and not any(record in each for each in brought.values()):
        reason = placement.reason
        child.link(cause, matcher, comparison(comparer, reason) if reason else NOBODY_LIKE_IT)
    if placement.merged:
        merged = [_absorbed(comparer, each, brought[each.child]) for each in placement.merged]
        child.merge(cause, merged, matcher)
    child.inherit_aside(set_aside, cause, matcher)
    if aside and record not in child.aside:
        child.set_aside(cause, matcher)
    if accepted:
        child.accept(cause, matcher, accepted)
    if placement.contradicted:
        child.contradict(cause, matcher, [comparison(comparer, each) for each in placement.contradicted])
    for each in absorbed.values():
        each.supersede(child.id, cause)
    return [event for changed in (child, *absorbed.values()) for event in pending_events(changed)]


def best_known_first(placement: Placement, source: str, matcher: BatchMatcher) -> Placement:
    """The placement in which the child that most ordinary agencies know keeps its number and its listing.

    A record, of the agency `source`, that joins two children does not decide whose number stays by having been in one
    of them before. Where an ordinary agency's record would join only a child that sensitive agencies alone know, a new
    child absorbs that one.
    """
    home = placement.child
    if home is None:
        return placement
    known = matcher.openly_known_by(home)
    survivor = max(placement.merged, key=lambda found: matcher.openly_known_by(found.child), default=None)
    if survivor and matcher.openly_known_by(survivor.child) > known:
        absorbed = (placement.reason or survivor)._replace(child=home)
        others = (found for found in placement.merged if found is not survivor)
        return placement._replace(child=survivor.child, reason=survivor, merged=(absorbed, *others))
    if not known and placement.reason and matcher.is_ordinary(source):
        return placement._replace(child=None, reason=None, merged=(placement.reason, *placement.merged))
    return placement


def pending_events(changed: Aggregate) -> list[RegisterEvent]:
    """The events of an aggregate that are not saved yet; they are pending no more."""
    return [event for event in changed.collect_events() if isinstance(event, RegisterEvent)]


def comparison(comparer: Comparer, found: Finding) -> Comparison:
    """A finding in the form that an event has."""
    score = round(found.evidence.probability, 4)
    return Comparison(found.record, found.rule, score, comparer.explain(found.evidence))


def _absorbed(comparer: Comparer, found: Finding, records: Sequence[str]) -> Absorbed:
    compared = comparison(comparer, found)
    return Absorbed(found.child, records, compared.rule, compared.score, compared.record, compared.explanation)
