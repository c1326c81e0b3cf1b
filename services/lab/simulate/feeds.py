"""The feeds in the format in which agencies hand them in: as files with the truth behind them, or as one stream.

People are made one by one and their submissions put in order of time in blocks of `BLOCK` children, so memory does
not grow with the population. An agency's file is in order of handing in within a block; each record's submissions
always are.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from services.lab.simulate.files import SimulationError, make_empty, write_agencies
from services.lab.simulate.handing_in import ON_TIME, Manner, handed_in
from services.lab.simulate.memo import write_memo
from services.lab.simulate.model import Person
from services.lab.simulate.population import people
from services.lab.simulate.realised import realised
from services.lab.simulate.tally import Tally
from services.lab.simulate.truth import truth_of
from services.lab.simulate.writers import FeedFiles, TruthFile

BLOCK = 2_000

Progress = Callable[[int, int], None]
"""Called with the number of children done and of all children."""


class Counts(NamedTuple):
    """What was written: children, the submissions handed in, the agencies that sent any, and the realised figures."""

    children: int
    submissions: int
    agencies: int
    realised: dict[str, Any]


def submissions(children: int, seed: int, noise: int = 1, manner: Manner = ON_TIME) -> Iterator[dict[str, Any]]:
    """The submissions of all agencies, interleaved in order of handing in within blocks of children.

    Nested values may be shared between submissions: read them, don't change them.
    """
    tally = Tally(manner)
    for block in _blocks(people(children, seed, noise)):
        for _, submission in _in_order(block, seed, tally):
            yield submission


def write_feeds(
    children: int,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    noise: int = 1,
    manner: Manner = ON_TIME,
) -> Counts:
    """Writes agencies.yaml, a file for each agency, truth.json, realised.json and the memo's case, which is always the
    same, into a new or empty folder.

    Raises SimulationError where there would be no child, or where the folder holds something or can't be made.
    """
    _need_a_child(children)
    make_empty(out)
    write_agencies(out / "agencies.yaml")
    write_memo(out / "memo")
    tally = Tally(manner)
    with FeedFiles(out) as feeds, TruthFile(out / "truth.json") as truth:
        for block in _blocks(people(children, seed, noise)):
            for code, submission in _in_order(block, seed, tally):
                feeds.write(code, submission)
            for person in block:
                facts = truth_of(person)
                truth.write(person, facts)
                tally.child(person, facts)
            _report(progress, tally, children)
    counts = _counts(tally)
    (out / "realised.json").write_bytes(orjson.dumps(counts.realised, option=orjson.OPT_INDENT_2))
    return counts


def write_stream(
    children: int,
    seed: int,
    to: BinaryIO,
    progress: Progress | None = None,
    noise: int = 1,
    manner: Manner = ON_TIME,
) -> Counts:
    """Writes what `submissions` gives as NDJSON and nothing else.

    Raises SimulationError where there would be no child, BrokenPipeError where nobody reads on.
    """
    _need_a_child(children)
    tally = Tally(manner)
    for block in _blocks(people(children, seed, noise)):
        for _, submission in _in_order(block, seed, tally):
            to.write(orjson.dumps(submission, option=orjson.OPT_APPEND_NEWLINE))
        for person in block:
            tally.child(person, truth_of(person))
        _report(progress, tally, children)
    to.flush()
    return _counts(tally)


def _need_a_child(children: int) -> None:
    if children < 1:
        raise SimulationError("a population has at least one child")


def _blocks(everybody: Iterable[Person]) -> Iterator[list[Person]]:
    rest = iter(everybody)
    while block := list(islice(rest, BLOCK)):
        yield block


def _in_order(block: list[Person], seed: int, tally: Tally) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is handed in of a block, by day, each with its agency's code and the next of that agency's ids."""
    given = [each for person in block for record in person.records for each in handed_in(record, seed, tally.manner)]
    given.sort(key=attrgetter("on"))
    for each in given:
        if tally.submission(each):
            code = each.sent.agency.code
            yield code, each.sent.submission(f"{code}-{seed}-{tally.handed_in[code]:06}")


def _report(progress: Progress | None, tally: Tally, children: int) -> None:
    if progress is not None:
        progress(tally.children, children)


def _counts(tally: Tally) -> Counts:
    return Counts(tally.children, tally.handed_in.total(), len(tally.handed_in), realised(tally))
