"""`contactpoint reasons`: the reasons that `--reason` takes."""

from argparse import ArgumentParser, Namespace

from domain.authorization.reasons import REASONS
from services.cli.errors import DONE
from services.cli.output import console, print_json, table
from services.cli.parser import subcommand_parser


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommand."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="list")
    subcommand_parser(subcommands, "list", "list the codes, with what each says")


def run(args: Namespace) -> int:
    """Prints each code with how it is written."""
    if args.json:
        print_json([each._asdict() for each in REASONS.values()])
        return DONE
    written = [(f"{each.code}: …" if each.needs_text else each.code, each.title) for each in REASONS.values()]
    to = console()
    to.print(table(("reason", "says"), written))
    to.print("Any code may be followed by a colon and text; text without a code is the reason `other`.")
    return DONE
