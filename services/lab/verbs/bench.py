"""`contactpoint bench`: what this machine does, each figure beside a bare baseline."""

from argparse import ArgumentParser, Namespace

from services.cli.parser import a_count


def describe(parser: ArgumentParser) -> None:
    """What is measured, and how much."""
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="PART", help="these parts; a wrong name lists them all"
    )
    parser.add_argument("--large", action="store_true", help="the rows at 1,000,000 children")
    parser.add_argument("--submissions", type=a_count, default=100_000, help="how many (default %(default)s)")


def run(args: Namespace) -> int:
    """Prints each row as it is measured, on standard error, and the table at the end."""
    from services.lab.bench import command

    parts = command.chosen(args.only)
    return command.run(parts, large=args.large, as_json=args.json, submissions=args.submissions)
