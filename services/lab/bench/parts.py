"""How a run is put together of parts: what each needs, and that one which fails costs only itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.lab.bench import stages
from services.lab.bench.feeding import feed, mixed
from services.lab.bench.harness import Harness
from services.lab.bench.rows import Row

ROLES = ("registrar", "relay", "projector")
"""In the order in which a submission comes to them."""

Step = Row | str | Callable[[], Row]
"""A measured row; a text for the status line, shown for good where it ends in a full stop; or a row yet to be measured,
which may fail for itself."""


@dataclass(slots=True)
class Bench:
    """A run: its servers, how much is measured, and rates of earlier parts that later ones are compared with.

    `fed` is how many submissions were sent, `live` messages/s of the live views, `rebuilt` submissions/s of a rebuild.
    """

    stack: Harness
    submissions: int
    large: bool
    fed: int = 0
    live: float | None = None
    rebuilt: float | None = None

    def feed_once(self) -> None:
        """Sends the submissions that all parts share."""
        if not self.fed:
            self.fed += feed(self.stack.settings.need_kafka(), mixed(self.submissions, seed=1))


class Part(NamedTuple):
    """What is measured together: `after` are the roles that have to have done all their work, `beside` those that run.

    `fed` is whether there have to be submissions in Kafka.
    """

    name: str
    measure: Callable[[Bench], Iterator[Step]]
    fed: bool = True
    after: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


class Failure(NamedTuple):
    """A part, or a row of it, that could not be measured, and why."""

    part: str
    why: str

    def __str__(self) -> str:
        return f"{self.part} failed: {self.why}"

    @classmethod
    def of(cls, part: str, error: Exception) -> "Failure":
        """The type and the first words of an error; all data of a benchmark is invented."""
        return cls(part, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


Measured = Row | str | Failure


def measure(bench: Bench, part: Part) -> Iterator[Measured]:
    """The rows of a part, and between them texts for the status line; what fails is one of them."""
    try:
        yield f"{part.name}: preparing"
        _prepare(bench, part)
        yield part.name
        yield from each_for_itself(part.name, part.measure(bench))
    except Exception as error:
        yield Failure.of(part.name, error)
        bench.stack.stop(*list(bench.stack.processes))


def each_for_itself(part: str, steps: Iterator[Step]) -> Iterator[Measured]:
    """The steps, those measured that are yet to be; one of these that fails is a failure, and the next one follows."""
    for step in steps:
        if isinstance(step, Row | str):
            yield step
            continue
        try:
            yield step()
        except Exception as error:
            yield Failure.of(part, error)


def _prepare(bench: Bench, part: Part) -> None:
    """Brings the services to where the part begins, whatever came before it."""
    stack = bench.stack
    stack.stop(*[role for role in stack.processes if role not in part.beside])
    if part.fed:
        bench.feed_once()
    for role in part.after:
        _work_off(bench, role)
    stack.start(*[role for role in part.beside if role not in stack.processes])


def _work_off(bench: Bench, role: str) -> None:
    stack = bench.stack
    done: dict[str, Callable[[], bool]] = {
        "registrar": lambda: stages.answered(stack) >= bench.fed,
        "relay": lambda: stages.waiting(stack) == 0,
        "projector": lambda: stages.views_hold_everything(stack),
    }
    if done[role]():
        return
    started = role not in stack.processes
    if started:
        stack.start(role)
    stack.wait(role, done[role], lambda: (stages.answered(stack), stages.waiting(stack), stages.projected(stack)))
    if started:
        stack.stop(role)
