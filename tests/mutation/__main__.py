"""Tries faults in the rules of the domain: counts by room, and every fault that no test noticed."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import track

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.rooms import ROOMS
from tests.mutation.trial import Trials
from tests.support.tree import ROOT


@dataclass
class Count:
    """What came of the mutants of one room."""

    tried: int = 0
    survivors: list[Mutant] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Tries the mutants and prints what survived; 0 whether or not some did."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of the domain: {', '.join(ROOMS)}; by default all")
    parser.add_argument(
        "--file", action="append", metavar="PART", help="only files whose path has this part; may be given again"
    )
    parser.add_argument("--one-in", type=int, default=1, metavar="N", help="every Nth mutant only")
    given = parser.parse_args(arguments)
    unknown = set(given.rooms) - set(ROOMS)
    if unknown:
        parser.error(f"no tests are named for {', '.join(sorted(unknown))}; choose of {', '.join(ROOMS)}")
    counts = {room: try_room(room, given.file or [""], given.one_in) for room in given.rooms or ROOMS}
    for room, count in counts.items():
        noticed = count.tried - len(count.survivors)
        print(f"{room}: {count.tried} mutants, {noticed} noticed, {len(count.survivors)} survived")
    return 0


def try_room(room: str, parts: Sequence[str], one_in: int) -> Count:
    """Runs the tests of a room against its mutants, in the order of the parts, and prints each survivor when found."""
    files = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "domain" / room).glob("[!_]*.py"))]
    files = [path for part in parts for path in files or [f"domain/{room}.py"] if part in path]
    chosen = [mutant for path in files for mutant in mutants(ROOT, path)][::one_in]
    console = Console(stderr=True)
    count = Count(len(chosen))

    def survived(mutant: Mutant) -> None:
        count.survivors.append(mutant)
        print(mutant, flush=True)

    tried = track(chosen, description=room, console=console, disable=not console.is_terminal)
    Trials(ROOMS[room], tried, survived).run()
    return count


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
