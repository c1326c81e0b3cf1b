"""`contactpoint duplicates`: the queue of children that may be one, and what a data manager decides on it."""

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from typing import Any

from services.cli.client import Api, require_shown, viewer_api
from services.cli.errors import DONE
from services.cli.output import console, print_json
from services.cli.parser import a_child, a_count, subcommand_parser, viewer_options

PAGE = 200
_LISTS = ("pairs", "contradictions")


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands: the queue, and the decisions."""
    metavar = "list|merge|split|dismiss|accept|set-aside"
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar=metavar)
    listing = subcommand_parser(subcommands, "list", "show the queue side by side, best score first")
    listing.add_argument("--limit", type=a_count, metavar="N", help="at most so many (default: all)")
    listing.add_argument(
        "--withheld",
        action="store_true",
        help="what is behind the queue, of agencies with very many suspicions",
    )
    viewer_options(listing)
    _pair(subcommands, "merge", "the two are one child: LEFT survives, and both numbers mean it from now on")
    _pair(subcommands, "dismiss", "the two are not one child; the pair leaves the queue until data change")
    split = subcommand_parser(
        subcommands, "split", "take records out of a child; without --record, undo the latest merge into it"
    )
    split.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `find` gives it")
    split.add_argument(
        "--record",
        dest="records",
        nargs=2,
        action="append",
        metavar=("SOURCE", "SUBJECT"),
        help="a record that leaves, as `show` names it; may be given again",
    )
    viewer_options(split)
    _record(subcommands, "accept", "a record that is set aside is about its child all the same, and is believed again")
    _record(subcommands, "set-aside", "a record was accepted in error: set it aside again")


def _pair(subcommands: "_SubParsersAction[ArgumentParser]", subcommand: str, summary: str) -> None:
    made = subcommand_parser(subcommands, subcommand, summary)
    made.add_argument("left", type=a_child, metavar="LEFT")
    made.add_argument("right", type=a_child, metavar="RIGHT")
    viewer_options(made)


def _record(subcommands: "_SubParsersAction[ArgumentParser]", subcommand: str, summary: str) -> None:
    made = subcommand_parser(subcommands, subcommand, summary)
    made.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as the queue gives it")
    made.add_argument("source", metavar="SOURCE", help="the agency, like urn:agency:moss-lane")
    made.add_argument("subject", metavar="SUBJECT", help="the agency's own number for the child")
    viewer_options(made)


def run(args: Namespace) -> int:
    """Lists, or decides; a decision that is refused is exit status 1, an empty queue is none."""
    api = viewer_api(args)
    return _list(api, args) if args.subcommand == "list" else _decide(api, args)


def _list(api: Api, args: Namespace) -> int:
    found = _queue(api, args.limit, withheld=args.withheld)
    if args.json:
        print_json(found)
    else:
        from services.cli.display.duplicates import display_duplicates

        display_duplicates(console(), found)
    return DONE


def _queue(api: Api, limit: int | None, *, withheld: bool) -> dict[str, list[Any]]:
    """The queue, or what is behind it; all of it or the first so many."""
    found: dict[str, list[Any]] = {name: [] for name in _LISTS}
    waiting: list[Any] = []
    for body in api.pages("/duplicates", limit=min(PAGE, limit or PAGE), withheld="true" if withheld else None):
        page = json.loads(body)
        waiting += page["like_shielded"]
        for name in _LISTS:
            found[name] += page[name]
        if limit is not None and sum(map(len, found.values())) >= limit:
            break
    pairs = found["pairs"][:limit]
    rest = None if limit is None else limit - len(pairs)
    return {"pairs": pairs, "contradictions": found["contradictions"][:rest], "like_shielded": waiting}


def _decide(api: Api, args: Namespace) -> int:
    command: dict[str, Any] = {"reason": args.reason}
    if args.subcommand == "split":
        command["child"] = args.child
        if args.records:
            command["records"] = [{"source": source, "subject": subject} for source, subject in args.records]
    elif args.subcommand in ("accept", "set-aside"):
        command |= {"child": args.child, "record": {"source": args.source, "subject": args.subject}}
    else:
        command |= {"left": args.left, "right": args.right}
    answer = api.post(f"/duplicates/{args.subcommand}", command)
    require_shown(answer, "position")
    if args.json:
        print_json(answer)
    else:
        print(_CONFIRMED[args.subcommand].format(**answer))
    return DONE


_CONFIRMED = {
    "merge": "merged: {child} has all records now, and {other} means it (position {position:,})",
    "split": "split: {child} stays, and {other} has the records that left (position {position:,})",
    "accept": "accepted: the record says again who {child} is (position {position:,})",
    "set-aside": "set aside: the record no longer says who {child} is (position {position:,})",
    "dismiss": "dismissed: {child} and {other} are two children (position {position:,})",
}
