"""`contactpoint shield`: hiding whereabouts of a child at risk, reviews, and overrides with what came of them."""

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from typing import Any

from services.cli.client import Api, require_shown, viewer_api
from services.cli.errors import DONE, WrongUsage
from services.cli.output import console, print_json
from services.cli.parser import a_child, a_date, a_uuid, an_authority, subcommand_parser, table_options, viewer_options

PAGE = 200


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(
        dest="subcommand", required=True, metavar="apply|lift|review|hand-over|override|overrides"
    )
    _of_child(subcommands, "apply", "hide where a child at risk lives, and with whom; only who the child is remains")
    _of_child(subcommands, "lift", "show everything again")
    review = subcommand_parser(
        subcommands, "review", "list the shields whose review is due; with CHILD --keep, keep one"
    )
    review.add_argument("child", type=a_child, nargs="?", metavar="CHILD", help="the child's id")
    review.add_argument("--keep", action="store_true", help="the shield was looked at and stays for six months more")
    review.add_argument("--on", type=a_date, metavar="DATE", help="due by this day (default: today)")
    table_options(review)
    viewer_options(review)
    given = _of_child(subcommands, "hand-over", "give the shield into another authority's care")
    given.add_argument(
        "--to", type=an_authority, required=True, metavar="AUTHORITY", help="its ONS code, like E06000001, or its name"
    )
    _of_child(
        subcommands, "override", "see a shielded child for two minutes; the authority is told, and it is investigated"
    )
    overrides = subcommands.add_parser("overrides", help="overrides that somebody has to look into: list, close")
    actions = overrides.add_subparsers(dest="action", required=True, metavar="list|close")
    listing = subcommand_parser(actions, "list", "show the investigations that are open")
    listing.add_argument("--closed", action="store_true", help="those that were closed too")
    table_options(listing)
    viewer_options(listing)
    closing = subcommand_parser(actions, "close", "say what came of one; --reason is what was found")
    closing.add_argument("investigation", type=a_uuid, metavar="INVESTIGATION", help="its id, as `list` gives it")
    viewer_options(closing)


def _of_child(subcommands: "_SubParsersAction[ArgumentParser]", subcommand: str, summary: str) -> ArgumentParser:
    made = subcommand_parser(subcommands, subcommand, summary)
    made.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `find` gives it")
    viewer_options(made)
    return made


def run(args: Namespace) -> int:
    """Runs the subcommand; a refusal is exit status 1, an empty list is not."""
    if args.subcommand == "review" and (args.child is None) is args.keep:
        raise WrongUsage("name a CHILD with --keep to keep its shield, or neither to list the shields that are due")
    api = viewer_api(args)
    if args.subcommand == "overrides":
        return _overrides(api, args)
    if args.subcommand == "review" and args.child is None:
        return _due(api, args)
    if args.subcommand == "override":
        return _override(api, args)
    return _decide(api, args)


def _decide(api: Api, args: Namespace) -> int:
    path = "" if args.subcommand == "apply" else f"/{args.subcommand}"
    given = {"to": args.to} if args.subcommand == "hand-over" else {}
    answer = api.post(f"/children/{args.child}/shield{path}", {"reason": args.reason, **given})
    require_shown(answer, "position")
    sentences = {
        "apply": "{child} is shielded",
        "lift": "{child} is shielded no more",
        "review": "{child} stays shielded",
        "hand-over": f"{{child}} is in the care of {args.to}" if args.subcommand == "hand-over" else "",
    }
    return _print(args, answer, f"{sentences[args.subcommand]} (position {{position:,}})")


def _override(api: Api, args: Namespace) -> int:
    answer = api.post(f"/children/{args.child}/override", {"reason": args.reason})
    sentence = "until {until}: `contactpoint show {child}`. {warning} Investigation {investigation}."
    return _print(args, answer, sentence)


def _due(api: Api, args: Namespace) -> int:
    due: list[Any] = []
    for body in api.pages("/shields/due", on=args.on, limit=PAGE):
        due += json.loads(body)["due"]
    return _list(args, {"due": due}, "due", "No shield is due for a review.")


def _overrides(api: Api, args: Namespace) -> int:
    if args.action == "close":
        answer = api.post(f"/investigations/{args.investigation}/close", {"reason": args.reason})
        return _print(args, answer, "closed")
    found: list[Any] = []
    for body in api.pages("/investigations", closed=str(args.closed).lower(), limit=PAGE):
        found += json.loads(body)["investigations"]
    return _list(args, {"investigations": found}, "investigations", "Nothing waits for an investigation.")


def _print(args: Namespace, answer: dict[str, Any], sentence: str) -> int:
    if args.json:
        print_json(answer)
    else:
        print(sentence.format(**answer))
    return DONE


def _list(args: Namespace, document: dict[str, list[Any]], name: str, nothing: str) -> int:
    if args.json:
        print_json(document)
        return DONE
    from services.cli.output import table

    rows = document[name]
    if not rows:
        print(nothing)
        return DONE
    console(args).print(
        table(tuple(rows[0]), [tuple("" if v is None else str(v) for v in row.values()) for row in rows])
    )
    return DONE
