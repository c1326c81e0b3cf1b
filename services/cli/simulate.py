"""`contactpoint simulate`: the feeds of a fictional population, and the truth behind them."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import print_json
from services.cli.parser import a_count
from services.cli.progress import counting

MOST_NOISE = 50


def describe(parser: ArgumentParser) -> None:
    """How many children, which of the possible worlds, and where to."""
    parser.add_argument("--children", type=a_count, required=True, metavar="N")
    parser.add_argument("--seed", type=_a_seed, required=True, metavar="S", help="the same number gives the same files")
    parser.add_argument("--noise", type=_a_noise, default=1, metavar="N", help="N times as many mistakes (default 1)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")


def run(args: Namespace) -> int:
    """Writes the folder and prints how much is in it."""
    from services.simulate.command import run as simulate
    from services.simulate.files import SimulationError

    try:
        with counting("children", args.children) as count:
            made = simulate(args.children, args.seed, args.out, lambda done, _: count(done), args.noise)
    except SimulationError as error:
        raise AnswerIsNo(str(error)) from None
    if args.json:
        print_json(made)
    else:
        what = f"{made['children']:,} children, {made['submissions']:,} submissions of {made['agencies']} agencies"
        print(f"{what} in {made['out']}")
    return DONE


def _a_noise(text: str) -> int:
    noise = a_count(text)
    if noise > MOST_NOISE:
        raise ArgumentTypeError(f"{text} is more noise than there is: at most {MOST_NOISE}")
    return noise


def _a_seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)
