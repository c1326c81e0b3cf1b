"""One part of the pipeline after the other, each as a process of its own, from its first effect to its last."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.lab.bench.harness import Harness
from streams.kafka.topics import ACCESS_EVENTS, RECEIPTS, REGISTER_EVENTS


@dataclass(frozen=True, slots=True)
class Pace:
    """`count` things in `seconds`."""

    count: int
    seconds: float

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.count / self.seconds if self.seconds else 0.0


def answered(stack: Harness) -> int:
    """How many submissions have their receipt in the outbox, or had."""
    return int(stack.rows("select last from register.outbox_counter")[0][0])


def published(stack: Harness) -> int:
    """How many messages the relay has published: events of both logs, receipts and dead letters."""
    return int(stack.rows("select coalesce(sum(end_offset), 0) from publication.partitions")[0][0])


_VIEWED = f"(topic in ('{REGISTER_EVENTS}', '{ACCESS_EVENTS}') or starts_with(topic, '{RECEIPTS}'))"
"""Topics that views follow; dead letters and notices are for others."""


def to_project(stack: Harness) -> int:
    """How many of the published messages are for the views."""
    return int(
        stack.rows(f"select coalesce(sum(end_offset), 0) from publication.partitions where {_VIEWED}")[0][0]  # noqa: S608
    )


def projected(stack: Harness) -> int:
    """How many messages the views have taken."""
    return int(stack.rows("select coalesce(sum(next_offset), 0) from positions")[0][0])


_APPLIED = re.compile(r"applied \d+ messages in (\d+) s: .*?(\d+) % under the lock")


@dataclass(frozen=True, slots=True)
class LogFrom:
    """What a projector writes into its log from a moment on."""

    file: Path
    begin: int

    @classmethod
    def now(cls, file: Path) -> "LogFrom":
        """From now on."""
        return cls(file, file.stat().st_size if file.exists() else 0)

    def locked_s(self) -> float:
        """How many seconds it was under the lock of derived tables."""
        written = self.file.read_bytes()[self.begin :].decode()
        return sum(int(seconds) * int(share) / 100 for seconds, share in _APPLIED.findall(written))


def waiting(stack: Harness) -> int:
    """How many messages the relay has still to publish."""
    return int(
        stack.rows(
            "select (select last from register.counter) + (select last from access.counter)"
            " - coalesce((select sum(position) from publication.published where log like '%%.events'), 0)"
            " + (select count(*) from register.outbox)"
        )[0][0]
    )


def views_hold_everything(stack: Harness) -> bool:
    """Whether the views have taken all that is published to the topics they follow."""
    behind = stack.rows(
        "select count(*) from publication.partitions published"  # noqa: S608
        " left join positions stored using (topic, partition)"
        f" where {_VIEWED} and coalesce(stored.next_offset, 0) < published.end_offset"
    )
    return behind == [(0,)]


def pace(stack: Harness, what: str, counter: Callable[[Harness], int], goal: int) -> Pace:
    """From the first moment in which the counter has moved until it reaches the goal."""
    first = counter(stack)
    stack.wait(what, lambda: counter(stack) > first, lambda: 0)
    begun, since = counter(stack), time.perf_counter()
    stack.wait(what, lambda: counter(stack) >= goal, lambda: counter(stack))
    return Pace(goal - begun, time.perf_counter() - since)


def settle(stack: Harness, answers: int) -> None:
    """Waits until there are so many answers, and the views hold all that is known."""
    stack.wait("the registrar", lambda: answered(stack) >= answers, lambda: answered(stack))
    stack.wait("the relay", lambda: waiting(stack) == 0, lambda: waiting(stack))
    stack.wait("the projector", lambda: views_hold_everything(stack), lambda: projected(stack))


@dataclass(frozen=True, slots=True)
class Flow:
    """The pace of the whole, and which stage had the most waiting before it on average."""

    pace: Pace
    slowest: str


def flow(stack: Harness, submissions: int) -> Flow:
    """All roles at once: from the first submission that takes effect until the views hold all that they caused."""
    before = answered(stack)
    goal = before + submissions
    stack.wait("the registrar", lambda: answered(stack) > before, lambda: 0)
    begun, since = answered(stack), time.perf_counter()
    backlog = {"registrar": 0, "relay": 0, "projector": 0}

    def moved() -> tuple[int, int]:
        done, shown = answered(stack), projected(stack)
        backlog["registrar"] += goal - done
        backlog["relay"] += waiting(stack)
        backlog["projector"] += to_project(stack) - shown
        return done, shown

    stack.wait("the registrar", lambda: answered(stack) >= goal, moved)
    taken = {"registrar": time.perf_counter() - since}
    stack.wait("the relay", lambda: waiting(stack) == 0, moved)
    taken["relay"] = time.perf_counter() - since
    stack.wait("the projector", lambda: views_hold_everything(stack), moved)
    taken["projector"] = time.perf_counter() - since
    slowest = max(("relay", "projector"), key=lambda stage: backlog[stage])
    if taken["projector"] < 1.1 * taken["registrar"]:
        slowest = "registrar"
    return Flow(Pace(goal - begun, taken["projector"]), slowest)
