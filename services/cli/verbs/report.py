"""`contactpoint report`: which children are on a list on a day, and how many were at the end of each month."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path
from typing import Any

from domain.reports import REPORTS
from services.cli.client import Api, viewer_api
from services.cli.errors import DONE, WrongUsage
from services.cli.output import console, print_json
from services.cli.parser import a_date, a_moment, an_authority, list_options, viewer_options
from services.cli.progress import counting

PAGE = 2_000
_LISTS, _COUNTS = ("children", "undecided"), ("statuses", "follow_up")


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the report, its day and authority, and the user."""
    parser.add_argument("name", choices=REPORTS, metavar="NAME", help=", ".join(REPORTS))
    parser.add_argument(
        "--authority",
        type=an_authority,
        metavar="AUTHORITY",
        help="only children who live there, by code or name; by default your own",
    )
    parser.add_argument("--on", type=a_date, metavar="DATE", help="the day that is judged (default: today)")
    parser.add_argument("--effective", type=a_moment, metavar="TIME", help="the day that is judged, by a moment of it")
    parser.add_argument(
        "--as-of", type=a_moment, metavar="TIME", help="as it was known then; a date stands for its end"
    )
    parser.add_argument("--from", dest="first", type=a_date, metavar="DATE", help="count by month, from this day's on")
    parser.add_argument("--to", dest="last", type=a_date, metavar="DATE", help="the last day counted (default: today)")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw the months")
    parser.add_argument("--csv", action="store_true", help="print CSV, for a spreadsheet")
    list_options(parser)
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Prints the list, longest on it first, or with `--from` its months; an empty list is no failure."""
    if args.first or args.last or args.picture:
        return _by_month(args)
    found = _report(viewer_api(args), args)
    if args.json:
        print_json(found)
    elif args.csv:
        from services.queries.reports import report_csv

        sys.stdout.buffer.write(report_csv(found))
    else:
        from services.cli.display.report import display_report

        display_report(console(args), found)
    return DONE


def _by_month(args: Namespace) -> int:
    if not args.first:
        raise WrongUsage("months need --from DATE, a day of the first one")
    if args.on or args.effective or args.as_of or args.limit:
        raise WrongUsage("--from counts by month: leave out --on, --effective, --as-of and --limit")
    if args.picture and not args.picture.parent.is_dir():
        raise WrongUsage(f"there is no folder {args.picture.parent} to draw {args.picture.name} into")
    found = viewer_api(args).get(
        f"/reports/{args.name}/months", **{"from": args.first, "to": args.last, "authority": args.authority}
    )
    if args.picture:
        from services.pages.report_months import picture

        args.picture.write_text(picture(found), encoding="utf-8")
    if args.json:
        print_json(found)
    elif args.csv:
        from services.queries.reports import months_csv

        sys.stdout.buffer.write(months_csv(found))
    else:
        from services.cli.display.report_months import display_months

        display_months(console(args), found)
    return DONE


def _report(api: Api, args: Namespace) -> dict[str, Any]:
    """The report joined from its pages, with all children or the first so many."""
    query = {
        "authority": args.authority,
        "on": args.on,
        "effective": args.effective,
        "as_of": args.as_of,
        "limit": min(PAGE, args.limit or PAGE),
    }
    whole: dict[str, Any] = {}
    with counting("children") as count:
        for body in api.pages(f"/reports/{args.name}", **query):
            page = json.loads(body)
            whole = _joined(whole, page) if whole else page
            count(whole["count"])
            if args.limit and sum(len(whole[part]) for part in _LISTS) >= args.limit:
                break
    return whole


def _joined(whole: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    """The report so far with one more page."""
    lists = {part: whole[part] + page[part] for part in _LISTS}
    counts = {part: dict(Counter(whole[part]) + Counter(page[part])) for part in _COUNTS if part in whole}
    return {**whole, **lists, **counts, "count": len(lists["children"]), "more": page["more"]}
