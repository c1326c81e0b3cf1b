"""The feeds as files, in the format in which agencies hand them in, and the truth behind them.

People are made one by one and their submissions put in order of time in blocks of `BLOCK` children, so memory does
not grow with the population. An agency's file is in order of time within a block; each record's submissions always are.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from services.simulate.files import SimulationError, make_empty, write_agencies
from services.simulate.memo import write_memo
from services.simulate.model import AS_AT, Person
from services.simulate.population import people
from services.simulate.submissions import sent_for
from services.simulate.truth import person_id, truth_of

BLOCK = 2_000

Progress = Callable[[int, int], None]
"""Is told the number of children done and of all children."""


class Counts(NamedTuple):
    """What was written: children, their submissions, and the agencies that sent any."""

    children: int
    submissions: int
    agencies: int


def submissions(children: int, seed: int, noise: int = 1) -> Iterator[dict[str, Any]]:
    """The submissions of all agencies, interleaved in order of time within blocks of children.

    Nested values may be shared between submissions: read them, don't change them.
    """
    numbers: Counter[str] = Counter()
    for block in _blocks(people(children, seed, noise)):
        for _, submission in _in_order(block, seed, numbers):
            yield submission


def write_feeds(children: int, seed: int, out: Path, progress: Progress | None = None, noise: int = 1) -> Counts:
    """Writes agencies.yaml, a file for each agency, truth.json and the memo's case into a new or empty folder.

    Raises SimulationError where there would be no child, or where the folder holds something or can't be made.
    """
    if children < 1:
        raise SimulationError("a population has at least one child")
    make_empty(out)
    write_agencies(out / "agencies.yaml")
    write_memo(out / "memo")
    numbers: Counter[str] = Counter()
    done = 0
    with _Feeds(out) as feeds, _Truth(out / "truth.json") as truth:
        for block in _blocks(people(children, seed, noise)):
            for code, submission in _in_order(block, seed, numbers):
                feeds.write(code, submission)
            truth.write(block)
            done += len(block)
            if progress is not None:
                progress(done, children)
    return Counts(done, numbers.total(), len(numbers))


def _blocks(everybody: Iterable[Person]) -> Iterator[list[Person]]:
    rest = iter(everybody)
    while block := list(islice(rest, BLOCK)):
        yield block


def _in_order(block: list[Person], seed: int, numbers: Counter[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A block's submissions by day, each with its agency's code and the next of that agency's ids."""
    sent = [s for person in block for record in person.records for s in sent_for(record)]
    sent.sort(key=attrgetter("on"))
    for s in sent:
        code = s.agency.code
        numbers[code] += 1
        yield code, s.submission(f"{code}-{seed}-{numbers[code]:06}")


class _Feeds:
    """One open file for each agency that sends anything."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> "_Feeds":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write(self, code: str, submission: dict[str, Any]) -> None:
        if code not in self._files:
            self._files[code] = self._open.enter_context((self._out / f"{code}.ndjson").open("wb"))
        self._files[code].write(orjson.dumps(submission, option=orjson.OPT_APPEND_NEWLINE))


class _Truth:
    """truth.json, written person by person; only the numbers of look-alikes are kept."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._look_alikes = array("Q")
        self._separator = b'{"as_at":%b,"people":[\n' % orjson.dumps(AS_AT)

    def __enter__(self) -> "_Truth":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if failed is None:
                pairs = [[person_id(number - 1), person_id(number)] for number in self._look_alikes]
                self._file.write(b'],"pairs_hard_negative":%b}\n' % orjson.dumps(pairs))

    def write(self, block: list[Person]) -> None:
        for person in block:
            self._file.write(self._separator + orjson.dumps(truth_of(person)))
            self._separator = b",\n"
            if person.look_alike is not None:
                self._look_alikes.append(person.number)
