"""`contactpoint token`: a bearer token from the local stack's own issuer."""

from argparse import ArgumentParser, Namespace
from contextlib import closing

from services.auth.tokens import LONGEST_LIFETIME, Caller, issue
from services.cli.errors import DONE, AnswerIsNo, WrongUsage
from services.cli.output import print_json
from services.cli.parser import a_count
from services.cli.stack import settings_of
from services.registers import load_agencies
from streams.access.users import load_users
from streams.store.database import Database


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the user or agency, and the lifetime."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("user", nargs="?", metavar="USER", help="a registered user, who may look")
    whom.add_argument("--agency", metavar="CODE", help="a registered agency, which may submit")
    parser.add_argument(
        "--hours", type=a_count, default=12, metavar="N", help="how long it holds (default, and most: 12)"
    )


def run(args: Namespace) -> int:
    """Prints the token; nobody registered by that name is exit status 1, and 3 that tokens come from elsewhere."""
    settings = settings_of(args)
    if args.hours * 3600 > LONGEST_LIFETIME:
        raise WrongUsage(f"no token holds for longer than {LONGEST_LIFETIME // 3600} hours; ask for fewer with --hours")
    with (
        closing(Database(settings.need_database(), "contactpoint token")) as database,
        database.transaction() as cursor,
    ):
        known = args.agency in load_agencies(cursor) if args.agency else args.user in load_users(cursor)
    kind, name = (Caller.AGENCY, args.agency) if args.agency else (Caller.USER, args.user)
    if not known:
        raise AnswerIsNo(
            f"no {kind} of this name is registered; see `contactpoint {'agencies' if args.agency else 'users'} list`"
        )
    token = issue(settings, f"{kind}:{name}", args.hours * 3600)
    if args.json:
        print_json({"token": token, "subject": f"{kind}:{name}", "hours": args.hours})
    else:
        print(token)
    return DONE
