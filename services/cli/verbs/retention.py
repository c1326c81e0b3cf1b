"""`contactpoint retention`: what has to be archived or destroyed by a day, by the rules; nothing is done."""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from services.cli.client import viewer_api
from services.cli.errors import DONE
from services.cli.output import console, print_json
from services.cli.parser import a_date, an_authority, list_options, subcommand_parser, viewer_options
from services.cli.progress import counting

PAGE = 2_000


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="due")
    due = subcommand_parser(
        subcommands, "due", "who has to be archived or destroyed by a day, or asked, and by which rule"
    )
    due.add_argument(
        "--on", type=a_date, metavar="DATE", required=True, help="the day that is judged; it may lie ahead"
    )
    due.add_argument(
        "--authority",
        type=an_authority,
        metavar="AUTHORITY",
        help="only children who live there, by code or name; by default your own",
    )
    list_options(due)
    viewer_options(due)


def run(args: Namespace) -> int:
    """Prints what is due; nothing due is no failure."""
    found = _due(args)
    if args.json:
        print_json(found)
        return DONE
    from services.cli.display.retention import display_due

    display_due(console(args), found)
    return DONE


def _due(args: Namespace) -> dict[str, Any]:
    """What is due, joined from its pages, with all children or the first so many."""
    query = {"on": args.on, "authority": args.authority, "limit": min(PAGE, args.limit or PAGE)}
    whole: dict[str, Any] = {}
    with counting("children") as count:
        for body in viewer_api(args).pages("/retention/due", **query):
            page = json.loads(body)
            children = [*whole.get("children", ()), *page["children"]]
            whole = {**page, **whole, "children": children, "count": len(children), "more": page["more"]}
            count(len(children))
            if args.limit and len(children) >= args.limit:
                break
    return whole
