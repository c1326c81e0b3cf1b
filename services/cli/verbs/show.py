"""`contactpoint show`: a child's directory entry."""

from argparse import ArgumentParser, Namespace

from services.cli.client import viewer_api
from services.cli.errors import DONE
from services.cli.output import console, print_json
from services.cli.parser import a_child, a_moment, viewer_options


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the child, the moments and the user."""
    parser.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `find` gives it")
    parser.add_argument(
        "--as-of", type=a_moment, metavar="TIME", help="as it was known then; a date stands for its end"
    )
    parser.add_argument("--effective", type=a_moment, metavar="TIME", help="as it was true then")
    parser.add_argument("--why", action="store_true", help="who says so, who disagrees, what is set aside")
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Prints the entry; a child that is not there is exit status 1."""
    query = {"as_of": args.as_of, "effective": args.effective, "why": "true" if args.why else None}
    entry = viewer_api(args).get(f"/children/{args.child}", **query)
    if args.json:
        print_json(entry)
    else:
        from services.cli.display.entry import display_entry

        to = console()
        display_entry(to, entry)
        if entry.get("why"):
            from services.cli.display.why import display_why

            display_why(to, entry["why"])
        if entry.get("accesses"):
            from services.cli.display.access import display_looks

            display_looks(to, entry["accesses"])
    return DONE
