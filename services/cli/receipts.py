"""`contactpoint receipts`: what became of submissions."""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from typing import Any

from services.cli.client import looking_api
from services.cli.errors import DONE, NO
from services.cli.output import console, print_json, table, text
from services.cli.parser import a_count, looker_options

PAGE = 5_000
STYLES = {"accepted": "green", "duplicate": "dim", "refused": "yellow", "invalid": "red"}


def describe(parser: ArgumentParser) -> None:
    """Which receipts, and who looks."""
    parser.add_argument("--submission", metavar="ID", help="the agency's own id of a submission")
    parser.add_argument("--source", metavar="URN", help="like urn:agency:nhs-gp")
    parser.add_argument("--outcome", choices=tuple(STYLES))
    parser.add_argument("--limit", type=a_count, metavar="N", help="at most so many (default: all)")
    looker_options(parser)


def run(args: Namespace) -> int:
    """Prints the receipts in the order in which each agency sent; none is exit status 1."""
    found: list[dict[str, Any]] = []
    asked = {"submission": args.submission, "source": args.source, "outcome": args.outcome}
    for page in looking_api(args).pages("/receipts", **asked, limit=min(PAGE, args.limit or PAGE)):
        found += json.loads(page)
        if args.limit is not None and len(found) >= args.limit:
            break
    found = found[: args.limit]
    if args.json:
        print_json(found)
    else:
        display_receipts(found)
    return DONE if found else NO


def display_receipts(found: list[dict[str, Any]]) -> None:
    """A table of receipts with their reasons, and how many there are of each outcome."""
    rows = [
        (
            text(receipt["outcome"], STYLES[receipt["outcome"]]),
            receipt["submission"] or "–",
            receipt["message"],
            "\n".join(f"{reason['field'] or 'the submission'}: {reason['message']}" for reason in receipt["reasons"]),
        )
        for receipt in found
    ]
    to = console()
    to.print(table(("outcome", "submission", "message", "why"), rows))
    counts = Counter(receipt["outcome"] for receipt in found)
    to.print(", ".join(f"{counts[outcome]:,} {outcome}" for outcome in STYLES if counts[outcome]) or "No receipts.")
