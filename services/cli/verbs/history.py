"""`contactpoint history`: everything that was ever reported of a child."""

from argparse import ArgumentParser, Namespace

from services.cli.client import viewer_api
from services.cli.errors import DONE
from services.cli.output import console, print_json
from services.cli.parser import a_child, list_options, viewer_options


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the child and the user."""
    parser.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `find` gives it")
    list_options(parser)
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Prints the events, oldest first; a child that is not there is exit status 1."""
    answer = viewer_api(args).get(f"/children/{args.child}/history")
    events = answer["events"][: args.limit]
    if args.json:
        print_json({**answer, "events": events})
    else:
        from services.cli.display.history import display_history

        if answer.get("shielded"):
            print(answer.get("warning") or "This child is shielded: nothing that was said of it is shown.")
        display_history(console(args), events)
    return DONE
