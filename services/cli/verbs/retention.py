"""`contactpoint retention`: what has to be archived or destroyed by a day, by the rules, and the run that does it."""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from typing import Any

from services.cli.client import Api, require_shown, viewer_api
from services.cli.errors import DONE
from services.cli.output import console, print_json
from services.cli.parser import a_date, an_authority, list_options, subcommand_parser, viewer_options
from services.cli.progress import counting

PAGE = 2_000
PAGE_OF_A_RUN = 100
MOST_OF_A_RUN = 5_000
"""Children of one run, as many as one user may do within a day."""


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="due|run")
    due = subcommand_parser(
        subcommands, "due", "who has to be archived or destroyed by a day, or command, and by which rule"
    )
    due.add_argument(
        "--on", type=a_date, metavar="DATE", required=True, help="the day that is judged; it may lie ahead"
    )
    _authority_option(due)
    list_options(due)
    viewer_options(due)
    run_ = subcommand_parser(
        subcommands, "run", "archives and brings back who is due, and destroys whom two people say so of"
    )
    run_.add_argument("--on", type=a_date, metavar="DATE", required=True, help="the day that is judged, today at most")
    run_.add_argument("--dry-run", action="store_true", help="tells what would be done, and does nothing")
    _authority_option(run_)
    viewer_options(run_)


def _authority_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--authority",
        type=an_authority,
        metavar="AUTHORITY",
        help="only children who live there, by code or name; by default your own",
    )


def run(args: Namespace) -> int:
    """Prints what is due, or what was done; nothing due is no failure."""
    from services.cli.display import retention

    found, display = (
        (_run(args), retention.display_run) if args.subcommand == "run" else (_due(args), retention.display_due)
    )
    if args.json:
        print_json(found)
    else:
        display(console(args), found)
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


def _run(args: Namespace) -> dict[str, Any]:
    """What was done with one page of children after the other, added up.

    Whatever is cut off: what was done is done, and the same again goes on.
    """
    command = {"on": args.on, "authority": args.authority, "dry_run": args.dry_run, "limit": PAGE_OF_A_RUN}
    done: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    by_rule: dict[str, Counter[str]] = {}
    number, after, page = 0, None, {}
    with counting("children") as count:
        for page in _pages(viewer_api(args), command):
            done.update(page["done"])
            left_out.update(page["left_out"])
            for rule, acts in page["by_rule"].items():
                by_rule.setdefault(rule, Counter()).update(acts)
            number += page["count"]
            count(number)
            after = page["after"]
            if number >= MOST_OF_A_RUN and not args.dry_run:
                break
    summary = {"on": page["on"], "authority": page["authority"], "dry_run": args.dry_run}
    return {
        **summary,
        "done": done,
        "by_rule": by_rule,
        "left_out": left_out,
        "count": number,
        "more": after is not None,
    }


def _pages(api: Api, command: dict[str, Any]) -> Any:
    after = None
    while True:
        page = api.post("/retention/runs", {**command, "after": after})
        require_shown(page, "done")
        yield page
        after = page["after"]
        if after is None:
            return
