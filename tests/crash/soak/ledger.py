"""What was acknowledged to those who sent it, what of it has to be visible, and whether an answer agrees with that."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.crash.soak.story import PICTURES, Subject, picture

BEFORE, DURING, AFTER = PHASES = ("before", "during", "after")


class Bounds(NamedTuple):
    """How many steps of a subject have to be visible, and whether any may be."""

    least: int
    child: str | None


class Ledger:
    """Safe to share between threads. A version of the views is known by its definition.

    `attempts` counts by submission how often it was sent; `acknowledged` has those whose receiver has said that it has
    them. `answers` counts what readers were answered, `wrong` says what of it may never be said. `took` has the seconds
    of each `show` that was answered, by `phase`: before, during and after the change of version.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.attempts: Counter[str] = Counter()
        self.acknowledged: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.phase = BEFORE
        self.took: dict[str, list[float]] = {phase: [] for phase in PHASES}
        self._tried: dict[Subject, int] = defaultdict(int)
        self._taken: dict[Subject, int] = defaultdict(int)
        self._visible: dict[str, dict[Subject, int]] = defaultdict(lambda: defaultdict(int))
        self._children: dict[Subject, str] = {}

    def try_to_send(self, sent: Iterable[tuple[Subject, int]]) -> None:
        """Notes before they are sent, once for each time, that these steps may take effect from now on."""
        with self._lock:
            for subject, step in sent:
                self.attempts[f"{subject.key}-{step}"] += 1
                self._tried[subject] = step + 1

    def acknowledge(self, taken: Iterable[tuple[Subject, int]]) -> None:
        """Notes that these steps will take effect."""
        with self._lock:
            for subject, step in taken:
                self.acknowledged.add(f"{subject.key}-{step}")
                self._taken[subject] = step + 1

    def taken(self) -> dict[Subject, int]:
        """How many steps of each subject were acknowledged."""
        with self._lock:
            return dict(self._taken)

    def settle(self, version: str, steps: Mapping[Subject, int]) -> None:
        """Notes that the views of a version hold these steps, so that none of their answers may lack them."""
        with self._lock:
            for subject, count in steps.items():
                self._visible[version][subject] = max(count, self._visible[version][subject])

    def subjects(self) -> list[Subject]:
        """Those of whom something was acknowledged."""
        with self._lock:
            return list(self._taken)

    def bounds(self, version: str, subject: Subject) -> Bounds:
        """What an answer to a question that is asked from now on has to hold."""
        with self._lock:
            return Bounds(self._visible[version][subject], self._children.get(subject))

    def count(self, answer: str) -> None:
        """Counts an answer of a kind."""
        with self._lock:
            self.answers[answer] += 1

    def time_show(self, seconds: float) -> None:
        """Notes how long an answer took."""
        with self._lock:
            self.took[self.phase].append(seconds)

    def complain(self, what: str) -> None:
        """Notes an answer that is wrong."""
        with self._lock:
            self.wrong.append(what)

    def judge_found(self, version: str, subject: Subject, bounds: Bounds, results: Sequence[Mapping[str, Any]]) -> None:
        """Compares what a search by all that is known of a subject has found."""
        wanted = {name: subject.particulars[name] for name in ("given_name", "family_name")}
        children = [each["child"] for each in results if each["name"] == wanted]
        if not children:
            self.count("find: nobody")
            if bounds.least:
                self.complain(f"find: {subject.key} is absent after {bounds.least} steps")
            return
        self.count("find: found")
        with self._lock:
            known = self._children.setdefault(subject, children[0])
            self._visible[version][subject] = max(1, self._visible[version][subject])
        if children != [known]:
            self.complain(f"find: {subject.key} is {children}, and was {known}")

    def judge_shown(self, version: str, subject: Subject, bounds: Bounds, entry: Mapping[str, Any] | None) -> None:
        """Compares an entry, or None where the answer was that there is none."""
        if entry is None:
            self.count("show: absent")
            if bounds.least:
                self.complain(f"show: {subject.key} is absent after {bounds.least} steps")
            return
        self.count("show: shown")
        with self._lock:
            most = self._tried[subject]
        shown, records = picture(entry), [(each["source"], each["subject"]) for each in entry["records"]]
        possible = [steps for steps in range(max(1, bounds.least), most + 1) if PICTURES[steps - 1] == shown]
        if records != [(subject.source, subject.key)] or not possible:
            self.complain(f"show: {subject.key} has {shown}, {records} after {bounds.least} to {most} steps")
            return
        self.settle(version, {subject: possible[0]})
