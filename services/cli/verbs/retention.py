"""`contactpoint retention`: what has to be archived or destroyed by a day, by the rules, and the run that does it."""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from domain.retention import Act
from services.cli.client import Api, require_shown, viewer_api
from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import console, print_json
from services.cli.parser import a_date, an_authority, list_options, subcommand_parser, viewer_options
from services.cli.progress import counting

PAGE = 2_000
PAGE_OF_A_RUN = 100
MOST_OF_A_RUN = 5_000
"""Children with whom one run does anything, as many as one user may do within a day."""


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
        subcommands, "run", "brings back and archives who is due; proposes or confirms that somebody is destroyed"
    )
    run_.add_argument("--on", type=a_date, metavar="DATE", required=True, help="the day that is judged, today at most")
    run_.add_argument("--dry-run", action="store_true", help="tells what would be done, and does nothing")
    destroying = run_.add_mutually_exclusive_group()
    destroying.add_argument(
        "--propose", action="store_true", help="proposes that who has been in the archive for six years is destroyed"
    )
    destroying.add_argument(
        "--destroy",
        type=int,
        metavar="COUNT",
        help="destroys those whom another data manager has proposed; nothing, where they are not COUNT children",
    )
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
    """What was done with one page of children after the other, added up; first all of them return who are due to.

    Whatever is cut off: what was done is done, and the same again goes on. Raises AnswerIsNo where so many as named are
    not to be destroyed.
    """
    api = viewer_api(args)
    command = {"on": args.on, "authority": args.authority, "dry_run": args.dry_run, "limit": PAGE_OF_A_RUN}
    if args.destroy is not None:
        return _destroy(api, command, args.destroy)
    total = Total()
    acts = (Act.PROPOSE,) if args.propose else (Act.RETURN, Act.ARCHIVE)
    for act in acts:
        most = None if args.dry_run or act is Act.RETURN else MOST_OF_A_RUN
        total.add(_pages(api, {**command, "act": act.value}), most)
    return total.summary


def _destroy(api: Api, command: dict[str, Any], expected: int) -> dict[str, Any]:
    """Destroys all who are proposed, page by page, if they are as many as expected; else nobody."""
    proposed = Total()
    proposed.add(_pages(api, {**command, "act": Act.DESTROY.value, "dry_run": True}))
    found = proposed.summary
    if command["dry_run"] or not found["children"]:
        return found
    children = [each["child"] for each in found["children"]]
    if len(children) != expected:
        raise AnswerIsNo(
            f"to be destroyed: {len(children)}, not {expected}; nobody was destroyed, look at them with --dry-run"
        )
    done = Total()
    for begin in range(0, len(children), PAGE_OF_A_RUN):
        named = children[begin : begin + PAGE_OF_A_RUN]
        done.add(_pages(api, {**command, "act": Act.DESTROY.value, "children": named}))
    return done.summary


class Total:
    """What the pages of a run have done, added up."""

    def __init__(self) -> None:
        self._done: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._by_rule: dict[str, Counter[str]] = {}
        self._children: list[dict[str, Any]] = []
        self._number = 0
        self._last: dict[str, Any] = {}

    def add(self, pages: Iterable[dict[str, Any]], most: int | None = None) -> None:
        """Adds pages until something was done with so many children; those who are left out do not count."""
        done = 0
        with counting("children") as count:
            for page in pages:
                self._done.update(page["done"])
                self._left_out.update(page["left_out"])
                for rule, acts in page["by_rule"].items():
                    self._by_rule.setdefault(rule, Counter()).update(acts)
                self._children += page["children"]
                self._number += page["count"]
                self._last = page
                done += sum(page["done"].values())
                count(self._number)
                if most is not None and done >= most:
                    break

    @property
    def summary(self) -> dict[str, Any]:
        """All of it, in the form of a page."""
        about = {name: self._last[name] for name in ("on", "act", "authority", "dry_run")}
        return {
            **about,
            "done": self._done,
            "by_rule": self._by_rule,
            "left_out": self._left_out,
            "children": self._children,
            "count": self._number,
            "more": self._last["after"] is not None,
        }


def _pages(api: Api, command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = api.post("/retention/runs", {**command, "after": after})
        require_shown(page, "done")
        yield page
        after = page["after"]
        if after is None:
            return
