"""A few of the differences, by numbers of children and records and by what was compared: nothing personal."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

from domain.matching import Comparer
from domain.matching.placement import CERTAIN, CONTRADICTION, POSSIBLE
from services.lab.matching.replay.difference import new_in
from services.lab.matching.replay.match_state import MatchState
from services.lab.matching.replay.queue import Judged
from services.lab.matching.replay.stored_index import StoredIndex

UNLIKELY = "unlikely"
"""The two compare as nobody would link or queue them."""
MOST_RECORDS = 8
"""Records of a child from which an example is picked."""


@dataclass(frozen=True)
class Example:
    """Two records, whose children they are on each side, and how they compare under the settings that were tried.

    `rule` is by which they are queued there, or else what their comparison alone amounts to; `log` is by which rule the
    log has queued them, with the score that it saw.
    """

    records: tuple[str, str]
    log_children: tuple[str, ...]
    replay_children: tuple[str, ...]
    rule: str
    score: float
    why: dict[str, str]
    log: Judged | None


@dataclass(frozen=True)
class Examples:
    """At most so many of each: pairs linked on one side only, and pairs queued on one side only."""

    only_log: list[Example]
    only_replay: list[Example]
    queue_new: list[Example]
    queue_gone: list[Example]


class Picker:
    """Picks examples."""

    def __init__(self, log: MatchState, replay: MatchState, index: StoredIndex, comparer: Comparer) -> None:
        self._log, self._replay = log, replay
        self._index = index
        self._comparer = comparer

    def pick(self, number: int) -> Examples:
        """At most `number` of each."""
        log, replay = self._log, self._replay
        return Examples(
            list(islice(self._apart(log, replay), number)),
            list(islice(self._apart(replay, log), number)),
            list(islice(self._queued(replay, log), number)),
            list(islice(self._queued(log, replay), number)),
        )

    def _apart(self, side: MatchState, other: MatchState) -> Iterator[Example]:
        """From each child of a side whose records are several children's on the other, the two most alike."""
        for records in side.membership.children.values():
            pairs = [pair for pair in combinations(records[:MOST_RECORDS], 2) if other.children_of(*pair) is not None]
            if pairs:
                yield max((self._example(*pair) for pair in pairs), key=_score)

    def _queued(self, side: MatchState, other: MatchState) -> Iterator[Example]:
        pairs = side.open_pairs()
        for children in sorted(new_in(side, other)):
            one, two, _ = max(pairs[children], key=lambda pair: pair[2].score)
            yield self._example(one, two)

    def _example(self, one: str, other: str) -> Example:
        features = self._index.features_of(one), self._index.features_of(other)
        assert features[0]
        assert features[1]
        evidence = self._comparer.compare(features[0], features[1])
        thresholds = self._comparer.settings.thresholds
        rule = UNLIKELY
        if evidence.probability >= thresholds.possible:
            rule = CERTAIN if evidence.probability >= thresholds.certain else POSSIBLE
            if evidence.contradicts:
                rule = CONTRADICTION
        queued = self._replay.suspected.get(one, other)
        return Example(
            (one, other),
            _children(self._log, one, other),
            _children(self._replay, one, other),
            queued.rule if queued else rule,
            round(evidence.probability, 4),
            dict(self._comparer.explain(evidence)),
            self._log.suspected.get(one, other),
        )


def _score(example: Example) -> float:
    return example.score


def _children(side: MatchState, *records: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(child for record in records if (child := side.membership.child_of(record))))
