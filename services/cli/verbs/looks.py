"""`contactpoint looks`: who looked at a child, or at whom a user looked."""

from argparse import ArgumentParser, Namespace

from services.cli.client import viewer_api
from services.cli.errors import DONE, NO, WrongUsage
from services.cli.output import console, print_json
from services.cli.parser import a_child, a_date, a_user, list_options, viewer_options


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the child or the user, the period, and the user who reads it."""
    parser.add_argument("child", type=a_child, nargs="?", metavar="CHILD", help="the child's id, as `find` gives it")
    parser.add_argument("--by", type=a_user, metavar="USER", help="the looks of this user, for auditors")
    parser.add_argument("--from", dest="first", type=a_date, metavar="DATE", help="with --by (default: 30 days before)")
    parser.add_argument("--to", dest="last", type=a_date, metavar="DATE", help="with --by (default: today)")
    list_options(parser)
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Prints the looks, latest first; none is exit status 1."""
    if (args.child is None) is (args.by is None):
        raise WrongUsage("name a CHILD to see who looked at it, or a user with --by to see at whom that one looked")
    if args.child and (args.first or args.last):
        raise WrongUsage("--from and --to belong to --by USER; the looks at a child are the latest 1,000")
    api = viewer_api(args)
    if args.child:
        answer = api.get(f"/children/{args.child}/looks")
    else:
        answer = api.get("/looks", by=args.by, **{"from": args.first, "to": args.last})
    looks = answer["looks"][: args.limit]
    if args.json:
        print_json({**answer, "looks": looks})
    elif looks:
        from services.cli.display.access import display_looks_at, display_looks_by

        (display_looks_at if args.child else display_looks_by)(console(args), looks)
    else:
        console().print("Nobody looked at this child." if args.child else "This user looked at nobody then.")
    return DONE if looks else NO
