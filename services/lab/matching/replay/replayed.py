"""The other side: the same records, decided again by the registrar's own code under the settings that are tried."""

from collections.abc import Mapping, Sequence

from domain.matching import Comparer, Features, MatcherSettings, Placement, features_of
from domain.vocabulary import AgencyKind
from projections.base.projection import PublishedEvent
from services.lab.matching.replay.batches import (
    ACCEPTING,
    BELIEVED,
    DESCRIBES,
    DISBELIEVED,
    REMOVED,
    SET_ASIDE,
    Description,
)
from services.lab.matching.replay.match_state import MatchState
from services.lab.matching.replay.queue import Judged
from services.lab.matching.replay.rulings import Ruling, Rulings
from services.lab.matching.replay.stored_index import StoredIndex
from services.lab.matching.replay.tally import Cause, Outcome, outcome
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.linking import best_known_first
from services.registrar.match_index import index_keys

Descriptions = Mapping[Cause, Description]


class ReplayedRegister:
    """Decides batch after batch, as the registrar does; until `begin` it only follows what the log decided."""

    def __init__(self, settings: MatcherSettings, match_state: MatchState) -> None:
        self.match_state = match_state
        self._comparer = Comparer(settings)
        self._index = StoredIndex(match_state.membership)
        self._apart: set[tuple[str, str]] = set()
        self._aside: set[str] = set()
        self._sensitive: set[str] = set()
        self._rulings = Rulings(self._apart)
        self._named = 0

    @property
    def index(self) -> StoredIndex:
        """The features of each record."""
        return self._index

    def comparer(self, records: int) -> Comparer:
        """Compares by the settings that are tried, in a directory of so many records."""
        self._comparer = self._comparer.among(records)
        return self._comparer

    @property
    def rulings(self) -> Mapping[str, int]:
        """How many decisions of stewards there were, and how many of them met what was decided here."""
        return self._rulings.counts

    def begin(self) -> None:
        """From here on decisions are taken; what the log has decided so far holds."""
        self.match_state = self.match_state.copy()
        self._index.membership = self.match_state.membership

    def follow(self, events: Sequence[PublishedEvent], descriptions: Descriptions, rulings: Sequence[Ruling]) -> None:
        """Learns what records report, and leaves decisions to the log, which has taken the events already."""
        self._meet(descriptions)
        for event in events:
            description = descriptions.get((event.stream, event.version))
            if description:
                before = self._index.features_of(description.record)
                self._learn(description, None if description.record in self._aside else before)
            elif event.type in REMOVED:
                self._index.discard(event.stream)
                self._aside.discard(event.stream)
            elif event.type == SET_ASIDE:
                self._set_aside(event, descriptions)
            elif event.type in ACCEPTING:
                self._aside.difference_update(event.data["records"])
            elif event.type == BELIEVED:
                self._aside.discard(event.data["record"])
            elif event.type == DISBELIEVED:
                self._aside.add(event.data["record"])
        for ruling in rulings:
            self._rulings.keep(ruling)

    def _learn(self, description: Description, before: Features | None) -> None:
        features = features_of(description.data, description.time, before, description.source)
        if features != self._index.features_of(description.record):
            self._index.discard(description.record)
            self._index.put(description.record, features, index_keys(features))

    def _set_aside(self, event: PublishedEvent, descriptions: Descriptions) -> None:
        """A record that is set aside loses what it reported before."""
        for each in event.data["aside"]:
            self._aside.add(each["record"])
            description = descriptions.get((each["record"], each["since"]))
            if description:
                self._learn(description, None)

    def rule(self, rulings: Sequence[Ruling]) -> None:
        """What stewards have decided holds here too."""
        for ruling in rulings:
            self._rulings.apply(self.match_state, ruling)

    def decide(
        self,
        events: Sequence[PublishedEvent],
        descriptions: Descriptions,
        listed: Mapping[Cause, str],
        records: int,
    ) -> dict[Cause, Outcome]:
        """Decides a batch, before which the directory had so many records, of which some may not be readable.

        A child that the log `listed` for the same reason gets the number that it has there.
        """
        batch_matcher, described = self._look_up(events, descriptions, records)
        outcomes = {}
        for event in events:
            cause = event.stream, event.version
            if cause in descriptions:
                placement = self._place(batch_matcher, cause, described[cause], listed)
                if placement:
                    outcomes[cause] = outcome(placement)
            elif event.type in REMOVED:
                batch_matcher.remove(event.stream)
                self.match_state.suspected.forget(event.stream)
                self.match_state.contradictions.forget(event.stream)
        self._index.write(batch_matcher.changes)
        return outcomes

    def leave_out(self, record: str) -> None:
        """The record can't be read any more."""
        self._index.discard(record)
        self.match_state.remove(record)

    def _look_up(
        self, events: Sequence[PublishedEvent], descriptions: Descriptions, known: int
    ) -> tuple[BatchMatcher, dict[Cause, Described]]:
        touched = {event.stream for event in events if event.type in DESCRIBES | REMOVED}
        described = {}
        met: set[str] = set()
        self._meet(descriptions)
        for cause, each in descriptions.items():
            features = features_of(each.data, each.time, source=each.source)
            keys = index_keys(features)
            children = self._index.children_met(keys)
            met.update(children)
            described[cause] = Described(each.data, each.time, each.source, features, keys, children)
        candidates = self._index.candidates(met, touched)
        stored = [before for record in touched if (before := self._index.features_of(record))]
        sharers = self._index.sharers([*(each.features for each in described.values()), *stored], candidates)
        matcher = BatchMatcher(
            self.comparer(known),
            candidates,
            self._apart,
            aside=self._aside,
            sensitive=self._sensitive,
            sharers=sharers,
            known=known,
        )
        return matcher, described

    def _meet(self, descriptions: Descriptions) -> None:
        """Learns which sources are sensitive agencies."""
        kind = AgencyKind.SENSITIVE_SERVICE
        self._sensitive.update(each.source for each in descriptions.values() if each.kind == kind)

    def _place(
        self, batch_matcher: BatchMatcher, cause: Cause, described: Described, listed: Mapping[Cause, str]
    ) -> Placement | None:
        record, match_state = cause[0], self.match_state
        match_state.contradictions.forget(record)
        placed = batch_matcher.place(record, described)
        if placed is None:
            return None
        placement = best_known_first(placed.placement, described.source, batch_matcher)
        placed = placed._replace(placement=placement)
        child = placement.child or listed.get(cause) or self._new_child()
        batch_matcher.put(record, placed, child)
        batch_matcher.accepted(child)
        for queue, findings in (
            (match_state.suspected, placement.suspected),
            (match_state.contradictions, placement.contradicted),
        ):
            for found in findings:
                queue.put(record, found.record, Judged(found.rule, round(found.evidence.probability, 4)))
        return placement

    def _new_child(self) -> str:
        self._named += 1
        return f"replay-{self._named}"
