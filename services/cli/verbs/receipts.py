"""`contactpoint receipts`: what became of submissions."""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from services.cli.client import viewer_api
from services.cli.errors import DONE, NO
from services.cli.output import console, print_json
from services.cli.parser import list_options, viewer_options

PAGE = 5_000
OUTCOMES = ("accepted", "duplicate", "refused", "invalid")


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: which receipts, and the user."""
    parser.add_argument("--submission", metavar="ID", help="the agency's own id of a submission")
    parser.add_argument("--source", metavar="AGENCY", help="like nhs-gp or urn:agency:nhs-gp")
    parser.add_argument("--outcome", choices=OUTCOMES)
    list_options(parser)
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Prints the receipts in the order in which each agency sent; none is exit status 1."""
    found: list[dict[str, Any]] = []
    query = {"submission": args.submission, "source": args.source, "outcome": args.outcome}
    for page in viewer_api(args).pages("/receipts", **query, limit=min(PAGE, args.limit or PAGE)):
        found += json.loads(page)
        if args.limit is not None and len(found) >= args.limit:
            break
    found = found[: args.limit]
    if args.json:
        print_json(found)
    else:
        from services.cli.display.receipts import display_receipts

        display_receipts(console(args), found)
    return DONE if found else NO
