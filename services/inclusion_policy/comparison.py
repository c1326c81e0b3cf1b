"""One log under several policies: every child's chronology judged once, counted, and written as JSON."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from domain.inclusion_policy import (
    STEP,
    ContactsModel,
    Judge,
    Policy,
    PolicyHistory,
    Tallies,
    figures,
    policy_history,
    to_tens,
)
from domain.timeline import Fact


@dataclass(frozen=True)
class ComparisonQuery:
    """Which policies are compared, on which day (an ISO date), with which model, and which lists are wanted.

    `directory` is the policy under which this directory runs, None where it lists every child: only children whom it
    lists on the day are named, and counts are rounded to tens.
    """

    policies: Sequence[Policy]
    on: str
    model: ContactsModel
    lists: Sequence[str]
    directory: Policy | None = None


class Comparison:
    """Judges and counts children, slice by slice.

    The directory is that of the day: a child whom agencies reported only later was not in it, and is counted as
    `not_yet_known` and nowhere else.
    """

    def __init__(self, question: ComparisonQuery, kinds: Mapping[str, str]) -> None:
        self.question = question
        policies = [*question.policies, *([question.directory] if question.directory else [])]
        self._judges = [Judge(policy, kinds) for policy in policies]
        self._ages = sorted(frozenset[int]().union(*(policy.ages for policy in policies)))
        self._lists: list[dict[str, list[str]]] = [{name: [] for name in question.lists} for _ in question.policies]
        self._unnamed: list[dict[str, list[str]]] = [{} for _ in question.policies]
        self.tallies = Tallies(self._judges[: len(question.policies)], question.on)
        self.not_yet_known = 0

    def count(self, chronologies: Iterable[tuple[str, Sequence[Fact]]]) -> None:
        """Counts more children, in order of their ids."""
        on = self.question.on
        for child, facts in chronologies:
            history = policy_history(facts, self._judges, self._ages, on)
            if history is None:
                self.not_yet_known += 1
            else:
                self.tallies.count(child, history, self._lists if self._may_name(history) else self._unnamed)

    def _may_name(self, history: PolicyHistory) -> bool:
        """Whether the directory lists the child on the day; the last judge is its policy's."""
        return self.question.directory is None or history.is_listed(len(self.question.policies))

    @property
    def named(self) -> list[str]:
        """The children on the lists, each once, in order of their ids."""
        return sorted({child for lists in self._lists for children in lists.values() for child in children})

    def leave_out(self, hidden: Collection[str]) -> None:
        """Removes children who are hidden from the reader from the lists; they stay in the counts."""
        for lists in self._lists:
            for children in lists.values():
                children[:] = [child for child in children if child not in hidden]

    def disclosed_count(self, count: int) -> int:
        """A count of children as this directory discloses it: rounded to tens where it does not list every child."""
        return count if self.question.directory is None else to_tens(count)

    def answer(self) -> Iterator[bytes]:
        """The answer as one JSON document, in pieces: a list of millions is not joined in memory."""
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
        policies, model, rounded = self.question.policies, self.question.model, self.question.directory is not None
        return {
            "on": self.question.on,
            "rounded_to": STEP if rounded else None,
            "children": self.disclosed_count(self.tallies.population.children),
            "not_yet_known": self.disclosed_count(self.not_yet_known),
            "policies": {
                p.name: figures(p, place, self.tallies, model, rounded=rounded) for place, p in enumerate(policies)
            },
            "about": {p.name: {"version": p.version, "title": p.title, "says": p.summary} for p in policies},
        }
