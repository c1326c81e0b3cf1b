"""`contactpoint bench`: what this machine does, each figure beside a bare baseline."""

from argparse import ArgumentParser, Namespace


def describe(parser: ArgumentParser) -> None:
    """How much is measured."""
    parser.add_argument("--large", action="store_true", help="the rows at 1,000,000 children")


def run(args: Namespace) -> int:
    """Prints the table."""
    from services.bench.command import run as bench

    return bench(args.large, args.json)
