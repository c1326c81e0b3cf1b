"""`contactpoint policy compare`: the same log under several policies."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.cli.client import Api, viewer_api
from services.cli.errors import DONE, AnswerIsNo, PartAway, WrongUsage
from services.cli.output import console
from services.cli.parser import a_date, a_file, viewer_options
from services.cli.progress import counting

CONTRACT = ("not_listed_now", "not_listed_ever")
"""The lists that the JSON document always has."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the policies, the day, the form of the answer and the user."""
    names = "names of `policy list` and policy files (default: all that come along)"
    parser.add_argument("--policies", type=_policies, metavar="A,B,…", help=names)
    parser.add_argument("--on", type=a_date, metavar="DATE", help="the day that is judged (default: today)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with pictures that needs nothing else")
    parser.add_argument("--model", type=a_file, metavar="FILE", help="another model of contacts and hours")
    lists = "show the children behind a figure; may be given again: "
    figures = _figures()
    parser.add_argument(
        "--list", dest="lists", action="append", choices=figures, metavar="FIGURE", help=lists + ", ".join(figures)
    )
    viewer_options(parser)


def _figures() -> tuple[str, ...]:
    from domain.inclusion_policy import LISTS

    return LISTS


def _policies(text: str) -> list[str]:
    """Each policy as it is sent to the API: its name, or the text of its file; files are checked here, by line."""
    from services.inclusion_policy.policy_file import read_policy
    from services.inclusion_policy.refused import PolicyRefused
    from services.inclusion_policy.shipped import is_path, policy_named, text_of

    sent = []
    for name in text.split(","):
        try:
            if is_path(name.strip()):
                path = Path(name.strip())
                sent.append(text_of(path))
                read_policy(path.name, sent[-1])
            else:
                sent.append(policy_named(name.strip()).name)
        except PolicyRefused as refused:
            raise ArgumentTypeError(str(refused)) from None
    return sent


def run(args: Namespace) -> int:
    """Prints the figures, and writes the page."""
    question = _question(args)
    if args.html and not args.html.absolute().parent.is_dir():
        raise AnswerIsNo(f"there is no folder {args.html.absolute().parent}; make it first")
    answer = _answer(viewer_api(args), question)
    lists = list(dict.fromkeys(args.lists or ()))
    if args.html:
        from services.pages.policy import page

        args.html.write_text(page(json.loads(answer), lists), encoding="utf-8")
    if args.json:
        sys.stdout.buffer.write(answer)
    else:
        from services.cli.display.policies import display_policies

        display_policies(console(), json.loads(answer), lists)
        if args.html:
            print(f"The page with pictures is in {args.html}.")
    return DONE


def _question(args: Namespace) -> dict[str, Any]:
    from services.inclusion_policy.model_file import read_model
    from services.inclusion_policy.refused import PolicyRefused
    from services.inclusion_policy.shipped import SHIPPED, text_of

    lists = [*(CONTRACT if args.json else ()), *(args.lists or ())]
    question: dict[str, Any] = {
        "policies": args.policies or SHIPPED,
        "on": args.on,
        "lists": list(dict.fromkeys(lists)),
    }
    if args.model:
        try:
            question["model"] = text_of(args.model)
            read_model(args.model.name, question["model"])
        except PolicyRefused as refused:
            raise WrongUsage(str(refused)) from None
    return question


def _answer(api: Api, question: dict[str, Any]) -> bytes:
    """The last line; those before it are progress."""
    lines = api.lines("/policies/compare", question)
    first = next(lines, b"")
    with counting("children", _progress(first).get("of")) as count:
        for line in _with(first, lines):
            progress = _progress(line)
            if not progress:
                return line
            if "problem" in progress:
                raise PartAway(progress["problem"])
            count(progress["done"])
    raise PartAway("the API did not come to the end of the comparison; try again")


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _progress(line: bytes) -> dict[str, Any]:
    """How far it is, or what went wrong; empty for the result, which is not read here: it may be large."""
    progress: dict[str, Any] = json.loads(line) if line.startswith((b'{"done"', b'{"problem"')) else {}
    return progress
