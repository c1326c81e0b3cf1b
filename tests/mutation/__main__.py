"""Tries faults in the rules of the domain: counts by room, and every fault that no test noticed."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import track

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.rooms import ROOMS
from tests.mutation.trial import import_libraries, is_noticed, processor_seconds
from tests.support.tree import ROOT

PATIENCE = 5
"""How many times as long as without a fault the tests may take; at least `LEAST_SECONDS`."""
LEAST_SECONDS = 20


@dataclass
class Count:
    """What came of the mutants of one room."""

    tried: int = 0
    survivors: list[Mutant] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Tries the mutants and prints what survived; 0 whether or not some did."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of the domain: {', '.join(ROOMS)}; by default all")
    parser.add_argument("--file", default="", metavar="PART", help="only files whose path has this part")
    parser.add_argument("--one-in", type=int, default=1, metavar="N", help="every Nth mutant only")
    given = parser.parse_args(arguments)
    unknown = set(given.rooms) - set(ROOMS)
    if unknown:
        parser.error(f"no tests are named for {', '.join(sorted(unknown))}; choose of {', '.join(ROOMS)}")
    counts = {room: try_room(room, given.file, given.one_in) for room in given.rooms or ROOMS}
    for room, count in counts.items():
        noticed = count.tried - len(count.survivors)
        print(f"{room}: {count.tried} mutants, {noticed} noticed, {len(count.survivors)} survived")
    return 0


def try_room(room: str, part: str, one_in: int) -> Count:
    """Runs the tests of a room against its mutants, and prints each survivor when it is found."""
    tests = ROOMS[room]
    import_libraries(tests)
    most_seconds = max(LEAST_SECONDS, round(processor_seconds(tests) * PATIENCE))
    files = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "domain" / room).glob("[!_]*.py"))]
    chosen = [mutant for path in files if part in path for mutant in mutants(Path(ROOT), path)][::one_in]
    console = Console(stderr=True)
    count = Count()
    for mutant in track(chosen, description=room, console=console, disable=not console.is_terminal):
        count.tried += 1
        if not any(is_noticed(mutant, some, most_seconds) for some in by_closeness(mutant, tests)):
            count.survivors.append(mutant)
            print(mutant, flush=True)
    return count


def by_closeness(mutant: Mutant, tests: Sequence[str]) -> list[list[str]]:
    """The tests that bear the file's name, then the others: the first notice most faults, and are quickly run."""
    name = Path(mutant.path).stem
    closest = [path for path in tests if Path(path).stem == f"test_{name}"]
    return [some for some in (closest, [path for path in tests if path not in closest]) if some]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
