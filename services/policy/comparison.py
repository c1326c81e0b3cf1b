"""One log under several policies: every child's chronology judged once, counted, and told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from domain.chronology import Fact
from domain.policy import ContactsModel, Judge, Policy, Tallies, figures, pass_through


@dataclass(frozen=True)
class Question:
    """Which policies are compared, on which day (an ISO date), with which model, and which lists are wanted."""

    policies: Sequence[Policy]
    on: str
    model: ContactsModel
    lists: Sequence[str]


class Comparison:
    """Counts children as they come.

    The directory is that of the day: a child of whom agencies told later only was not in it, and is counted as
    `not_yet_known` and nowhere else.
    """

    def __init__(self, question: Question, kinds: Mapping[str, str]) -> None:
        self.question = question
        self._judges = [Judge(policy, kinds) for policy in question.policies]
        self._ages = sorted(frozenset[int]().union(*(policy.ages for policy in question.policies)))
        self._lists: list[dict[str, list[str]]] = [{name: [] for name in question.lists} for _ in question.policies]
        self.tallies = Tallies(self._judges, question.on)
        self.not_yet_known = 0

    def count(self, chronologies: Iterable[tuple[str, Sequence[Fact]]]) -> None:
        """So many more children, in order of their ids."""
        on = self.question.on
        for child, facts in chronologies:
            passage = pass_through(facts, self._judges, self._ages, on)
            if passage is None:
                self.not_yet_known += 1
            else:
                self.tallies.count(child, passage, self._lists)

    @property
    def shown(self) -> int:
        """How many different children are on the lists."""
        return len({child for lists in self._lists for children in lists.values() for child in children})

    def told(self) -> Iterator[bytes]:
        """The answer as one JSON document, in pieces: lists of millions are not put together in memory."""
        yield orjson.dumps(self._head())[:-1]
        for name in self.question.lists:
            yield b"," + orjson.dumps(name) + b":"
            before = b"{"
            for policy, lists in zip(self.question.policies, self._lists, strict=True):
                yield before + orjson.dumps(policy.name) + b":"
                yield orjson.dumps(lists[name])
                before = b","
            yield b"}"
        yield b"}\n"

    def _head(self) -> dict[str, Any]:
        policies, model = self.question.policies, self.question.model
        return {
            "on": self.question.on,
            "children": self.tallies.population.children,
            "not_yet_known": self.not_yet_known,
            "policies": {p.name: figures(p, place, self.tallies, model) for place, p in enumerate(policies)},
            "about": {p.name: {"version": p.version, "title": p.title, "says": p.says} for p in policies},
        }
