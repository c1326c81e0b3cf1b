"""`contactpoint layouts`: the mapping files for agencies' systems that come with the product, and a sample for each."""

import sys
from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import console, print_json, table
from services.cli.parser import subcommand_parser
from services.feeds.layout_file import load_layout, sample_of, shipped


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands and the layout."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="list|show|sample")
    subcommand_parser(subcommands, "list", "list the layouts")
    for subcommand, summary in (
        ("show", "print a layout, to be saved and changed"),
        ("sample", "print a worked sample of the file that a layout reads"),
    ):
        subcommand_parser(subcommands, subcommand, summary).add_argument(
            "name", metavar="NAME", help="as `list` gives it"
        )


def run(args: Namespace) -> int:
    """Lists, or prints a text as it is kept."""
    if args.subcommand == "list":
        layouts = [load_layout(name).layout for name in shipped()]
        rows = [(each.layout, each.system, ", ".join(each.sent_by)) for each in layouts]
        if args.json:
            print_json([{"layout": name, "system": system, "sent_by": kinds} for name, system, kinds in rows])
        else:
            console().print(table(("layout", "system", "sent by"), rows))
        return DONE
    if args.name not in shipped():
        raise AnswerIsNo("there is no layout of that name; see `contactpoint layouts list`")
    text = load_layout(args.name).text if args.subcommand == "show" else sample_of(args.name)
    if args.json:
        print_json({"layout": args.name, args.subcommand: text})
    else:
        sys.stdout.write(text)
    return DONE
