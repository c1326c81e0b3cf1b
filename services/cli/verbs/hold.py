"""`contactpoint hold`: a legal hold stops the destruction of a child; it is placed, and lifted, by two people."""

from argparse import ArgumentParser, Namespace

from services.cli.client import require_shown, viewer_api
from services.cli.errors import DONE
from services.cli.output import print_json
from services.cli.parser import a_child, subcommand_parser, viewer_options


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="place|lift")
    for name, summary in (
        ("place", "ask that nothing of a child is destroyed, or confirm what another data manager has asked"),
        ("lift", "ask that a hold ends, or confirm what another data manager has asked"),
    ):
        made = subcommand_parser(subcommands, name, summary)
        made.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `find` gives it")
        viewer_options(made)


def run(args: Namespace) -> int:
    """Sends the decision; a refusal is exit status 1."""
    path = "" if args.subcommand == "place" else "/lift"
    answer = viewer_api(args).post(f"/children/{args.child}/hold{path}", {"reason": args.reason})
    require_shown(answer, "position")
    if args.json:
        print_json(answer)
        return DONE
    state = "is held: nothing of it is destroyed" if answer["held"] else "is not held"
    waiting = "; another data manager has to confirm what was asked" if answer["waits"] else ""
    print(f"{answer['child']} {state}{waiting} (position {answer['position']:,})")
    return DONE
