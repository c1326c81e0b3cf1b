"""`contactpoint simulate`: the feeds of a fictional population, and the truth behind them."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date
from pathlib import Path
from typing import Any

from services.cli.errors import DONE, AnswerIsNo, WrongUsage
from services.cli.output import console, print_json
from services.cli.parser import a_count, a_date
from services.cli.progress import counting
from services.lab.verbs.display_realised import display_realised

MOST_NOISE = 50
MOST_CHILDREN = 50_000_000
"""Beyond 90 million children there would be no valid pupil numbers left to give."""

STREAM = Path("-")


def describe(parser: ArgumentParser) -> None:
    """How many children, which of the possible worlds, how agencies hand in, and where to."""
    parser.description = (
        "Write the feeds of a fictional population and the truth behind them, and print its realised figures beside "
        "those aimed at: about 30 % of children need additional services at any one time, 50 % over childhood. "
        "By default every submission is handed in on the day on which it became true."
    )
    parser.add_argument("--children", type=_a_population, required=True, metavar="N")
    parser.add_argument("--seed", type=_a_seed, required=True, metavar="S", help="the same number gives the same files")
    parser.add_argument("--noise", type=_a_noise, default=1, metavar="N", help="N times as many mistakes (default 1)")
    parser.add_argument(
        "--late",
        type=_a_share,
        default=0.0,
        metavar="SHARE",
        help="hand in this share of submissions days to months after they became true (0 to 1, default 0)",
    )
    parser.add_argument(
        "--stop",
        type=_a_stop,
        action="append",
        default=[],
        metavar="AGENCY=DATE",
        help="this agency hands in nothing after that day, and the truth stays as it is; may be repeated",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="a new or empty folder; or - for one stream of all submissions on standard output, without the truth "
        "and with the figures on standard error",
    )


def run(args: Namespace) -> int:
    """Writes the folder or the stream, and prints how much it is and what the population came to."""
    from services.lab.simulate.feeds import write_feeds, write_stream
    from services.lab.simulate.files import SimulationError
    from services.lab.simulate.handing_in import Manner

    manner = Manner(args.late, _each_once(args.stop))
    try:
        with counting("children", args.children) as count:

            def progress(done: int, _: int) -> None:
                count(done)

            if args.out == STREAM:
                to = sys.stdout.buffer
                counts = write_stream(args.children, args.seed, to, progress, args.noise, manner)
            else:
                counts = write_feeds(args.children, args.seed, args.out, progress, args.noise, manner)
    except SimulationError as error:
        raise AnswerIsNo(str(error)) from None
    made = {**counts._asdict(), "out": str(args.out)}
    _show(made, as_json=args.json, on_error=args.out == STREAM)
    return DONE


def _show(made: dict[str, Any], *, as_json: bool, on_error: bool) -> None:
    """On standard output, or on standard error where that one is the stream."""
    to = sys.stderr if on_error else sys.stdout
    if as_json:
        print_json(made, to)
        return
    what = f"{made['children']:,} children, {made['submissions']:,} submissions of {made['agencies']} agencies"
    print(what if on_error else f"{what} in {made['out']}", file=to)
    display_realised(console(to=to), made["realised"])


def _each_once(stops: list[tuple[str, date]]) -> dict[str, date]:
    once = dict(stops)
    if len(once) < len(stops):
        raise WrongUsage("an agency stops once: name each in one --stop only")
    return once


def _a_population(text: str) -> int:
    children = a_count(text)
    if children > MOST_CHILDREN:
        raise ArgumentTypeError(f"{text} are more children than can be told apart: at most {MOST_CHILDREN:,}")
    return children


def _a_noise(text: str) -> int:
    noise = a_count(text)
    if noise > MOST_NOISE:
        raise ArgumentTypeError(f"{text} is more noise than there is: at most {MOST_NOISE}")
    return noise


def _a_share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ArgumentTypeError(f"{text!r} is no share from 0 to 1")
    return share


def _a_stop(text: str) -> tuple[str, date]:
    """An agency of the county and the last day of its feed."""
    from services.lab.simulate.agencies import AGENCIES
    from services.lab.simulate.model import AS_AT

    code, sign, day = text.partition("=")
    if not sign:
        raise ArgumentTypeError(f"{text!r} names no day; write it like nhs-gp=2005-01-31")
    codes = [agency.code for agency in AGENCIES]
    if code not in codes:
        raise ArgumentTypeError(f"the county has no agency {code!r}; it has {', '.join(codes)}")
    last = date.fromisoformat(a_date(day))
    if last >= AS_AT:
        raise ArgumentTypeError(f"all feeds end on {AS_AT}; {code} can only stop before that")
    return code, last


def _a_seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)
