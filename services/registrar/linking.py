"""What a placement says in events: on the child that the record belongs to, and on those that it absorbs."""

from collections.abc import Mapping, Sequence

from domain.child import Absorbed, Child, Comparison
from domain.event import RegisterEvent
from domain.matching import Comparer, Finding, Placement
from domain.matching.placement import FIRST_RECORD

_NOBODY_LIKE_IT = Comparison("", FIRST_RECORD, 0.0, {})


class Telling:
    """Tells what follows from `cause`, the event that describes a record."""

    def __init__(self, comparer: Comparer, cause: RegisterEvent) -> None:
        self._comparer = comparer
        self._matcher = comparer.settings.version
        self._cause = cause

    def tell(
        self,
        child: Child,
        placement: Placement,
        brought: Mapping[str, Sequence[str]],
        absorbed: Mapping[str, Child],
    ) -> list[RegisterEvent]:
        """The new events of the child and of the children that it has absorbed, which `brought` their records.

        What hides the child (a shield that it inherits, a suspicion) stands on its stream before what it hides.
        """
        cause, matcher = self._cause, self._matcher
        child.inherit(absorbed.values(), cause)
        if placement.suspected:
            child.suspect(cause, matcher, [self._found(each) for each in placement.suspected])
        if str(cause.originator_id) not in child.records:
            child.link(cause, matcher, self._found(placement.reason) if placement.reason else _NOBODY_LIKE_IT)
        if placement.merged:
            merged = [self._absorbed(each, brought[each.child]) for each in placement.merged]
            child.merge(cause, merged, matcher)
        if placement.contradicted:
            child.contradict(cause, matcher, [self._found(each) for each in placement.contradicted])
        for each in absorbed.values():
            each.supersede(child.id, cause)
        return [
            event
            for changed in (child, *absorbed.values())
            for event in changed.collect_events()
            if isinstance(event, RegisterEvent)
        ]

    def _found(self, found: Finding) -> Comparison:
        score = round(found.evidence.probability, 4)
        return Comparison(found.record, found.rule, score, self._comparer.explain(found.evidence))

    def _absorbed(self, found: Finding, records: Sequence[str]) -> Absorbed:
        told = self._found(found)
        return Absorbed(found.child, records, told.rule, told.score, told.record, told.explanation)
