"""`contactpoint report`: which children are on a list on a day."""

import sys
from argparse import ArgumentParser, Namespace

from domain.reports import REPORTS
from services.cli.client import looking_api
from services.cli.errors import DONE
from services.cli.output import console, print_json
from services.cli.parser import a_date, an_authority, limit_option, looker_options


def describe(parser: ArgumentParser) -> None:
    """Which report, of which day and authority, and who looks."""
    parser.add_argument("name", choices=REPORTS, metavar="NAME", help=", ".join(REPORTS))
    parser.add_argument("--authority", type=an_authority, metavar="GSS", help="only children who live there")
    parser.add_argument("--on", type=a_date, metavar="DATE", help="the day that is judged (default: today)")
    parser.add_argument("--csv", action="store_true", help="print CSV, for a spreadsheet")
    limit_option(parser)
    looker_options(parser)


def run(args: Namespace) -> int:
    """Prints the list, longest on it first; an empty list is no failure."""
    api = looking_api(args)
    asked = {"authority": args.authority, "on": args.on, "limit": args.limit}
    place = f"/reports/{args.name}"
    if args.csv and not args.json:
        sys.stdout.buffer.write(api.read(place, "text/csv", **asked))
        return DONE
    found = api.get(place, **asked)
    if args.json:
        print_json(found)
    else:
        from services.cli.display_report import display_report

        display_report(console(), found)
    return DONE
