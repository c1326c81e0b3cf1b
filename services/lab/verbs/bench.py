"""`contactpoint bench`: what this machine does, each figure beside a bare baseline."""

from argparse import ArgumentParser, Namespace

from services.cli.parser import a_count


def describe(parser: ArgumentParser) -> None:
    """How much is measured."""
    parser.add_argument("--large", action="store_true", help="the rows at 1,000,000 children")
    parser.add_argument("--submissions", type=a_count, default=100_000, help="how many (default %(default)s)")


def run(args: Namespace) -> int:
    """Prints the table."""
    from services.lab.bench.command import run as bench

    return bench(large=args.large, as_json=args.json, submissions=args.submissions)
