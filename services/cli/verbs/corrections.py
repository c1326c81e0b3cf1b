"""`contactpoint corrections`: what carers and children want corrected or object to, tracked to its end."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from services.cli.client import Api, viewer_api
from services.cli.errors import DONE
from services.cli.output import console, plain, print_json, text
from services.cli.parser import a_child, a_count, subcommand_parser, viewer_options

if TYPE_CHECKING:
    from rich.text import Text

KINDS, APPLICANTS = ("correction", "objection"), ("child", "carer", "other")
OUTCOMES = ("upheld", "partly-upheld", "refused", "withdrawn")
MOST_LISTED = 500


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands: taking one down, listing, and answering."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="ask|list|answer")
    request = subcommand_parser(
        subcommands, "ask", "take down a request for a correction, or an objection; it changes no data"
    )
    request.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `find` gives it")
    request.add_argument("--kind", choices=KINDS, default="correction")
    request.add_argument("--by", choices=APPLICANTS, required=True, help="who asks")
    request.add_argument("--text", required=True, help="what is said to be wrong, in own words")
    listing = subcommand_parser(
        subcommands, "list", "the requests about children of the own authority, the oldest first"
    )
    listing.add_argument("--open", dest="is_open", action="store_true", help="only those without an answer")
    listing.add_argument("--limit", type=a_count, metavar="N", help="at most so many (at most 500, the default)")
    answer = subcommand_parser(subcommands, "answer", "end a request")
    answer.add_argument("request", type=a_child, metavar="REQUEST", help="the request's id, as `list` gives it")
    answer.add_argument("--outcome", choices=OUTCOMES, required=True)
    answer.add_argument("--text", required=True, help="what is told to who asked")
    for each in (request, listing, answer):
        viewer_options(each)


def run(args: Namespace) -> int:
    """Takes down, lists or answers; an empty list is no failure, a second answer is exit status 1."""
    api = viewer_api(args)
    return _list(api, args) if args.subcommand == "list" else _record(api, args)


def _list(api: Api, args: Namespace) -> int:
    only = {"open": "true"} if args.is_open else {}
    found = api.get("/corrections", limit=min(args.limit or MOST_LISTED, MOST_LISTED), **only)
    if args.json:
        print_json(found)
        return DONE
    to = console()
    for each in found["requests"]:
        to.print(_lines(each), soft_wrap=True)
    if not found["requests"]:
        to.print("There are no requests.")
    return DONE


def _lines(each: dict[str, Any]) -> "Text":
    """A request as lines: its number and status, the child, and its text."""
    outcome = each["answer"]["outcome"] if each["answer"] else None
    status = outcome or ("overdue since" if each["overdue"] else "open until") + f" {each['due']}"
    words = plain(each["text"] or "what was said is destroyed").replace("\N{REPLACEMENT CHARACTER}", " ")
    head = f"{each['kind']} by {each['asked_by']}, {status}"
    return text(each["request"], "cyan").append(f"  {head}\n  about {each['child']}\n  {words}\n", "default")


def _record(api: Api, args: Namespace) -> int:
    fields = {"text": args.text, "reason": args.reason}
    if args.subcommand == "ask":
        noted = api.post(f"/children/{args.child}/corrections", {**fields, "kind": args.kind, "asked_by": args.by})
    else:
        noted = api.post(f"/corrections/{args.request}/answer", {**fields, "outcome": args.outcome})
    if args.json:
        print_json(noted)
    else:
        what = "taken down" if args.subcommand == "ask" else "answered"
        print(f"{what}: request {noted['request']} (position {noted['position']:,})")
    return DONE
