"""`contactpoint access`: who looks at children, and what stands out in it."""

from argparse import ArgumentParser, Namespace

from services.cli.client import viewer_api
from services.cli.errors import DONE
from services.cli.output import console, print_json
from services.cli.parser import a_date, a_user, an_authority, subcommand_parser, viewer_options


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the period, the authority or user in the report, and the user who reads it."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="report")
    report = subcommand_parser(subcommands, "report", "what stands out in how the directory is looked at")
    report.add_argument("--from", dest="first", type=a_date, metavar="DATE", help="the first day (default: 30 before)")
    report.add_argument("--to", dest="last", type=a_date, metavar="DATE", help="the last day (default: today)")
    report.add_argument(
        "--authority", type=an_authority, metavar="AUTHORITY", help="only users of this authority, by code or name"
    )
    report.add_argument("--user", dest="about", type=a_user, metavar="USER", help="only this user")
    viewer_options(report)


def run(args: Namespace) -> int:
    """Prints the report; one in which nothing stands out is no failure."""
    query = {"from": args.first, "to": args.last, "authority": args.authority, "user": args.about}
    found = viewer_api(args).get("/access/report", **query)
    if args.json:
        print_json(found)
    else:
        from services.cli.display.access import display_access

        display_access(console(), found)
    return DONE
