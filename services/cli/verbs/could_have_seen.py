"""`contactpoint could-have-seen`: what a user could have been shown of a child at a moment, and was shown."""

from argparse import ArgumentParser, Namespace
from collections.abc import Collection

from domain.days import day_at
from services.cli.client import viewer_api
from services.cli.errors import DONE, NO
from services.cli.output import console, print_json
from services.cli.parser import a_child, a_moment, a_user, viewer_options
from services.cli.progress import counting
from services.cli.verbs._servers import replaying, servers_of


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the user, the child, the moment, and who looks."""
    parser.add_argument("of_user", type=a_user, metavar="USER", help="whose rights of then are asked for")
    parser.add_argument("child", type=a_child, metavar="CHILD", help="the child's id, as `looks` gives it")
    parser.add_argument("--on", type=a_moment, metavar="TIME", required=True, help="then; a date stands for its end")
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Prints it; exit status 1 where nothing could have been shown. Needs what `rebuild` needs."""
    servers, api = servers_of(args), viewer_api(args)
    from services.replay import Allowed, could_have_seen
    from streams.clock import utc_now

    def allow(children: Collection[str]) -> Allowed:
        answer = api.post("/replays/seen", {"as_of": args.on, "user": args.of_user, "child": next(iter(children))})
        return Allowed(frozenset(answer["children"]), answer["cleared"])

    with replaying(), counting("messages") as count:
        found = could_have_seen(
            servers, args.of_user, args.child, args.on, day_at(utc_now()), allow, lambda number, _: count(number)
        )
    if args.json:
        print_json(found)
    else:
        from services.cli.display.past_access import display_past_access

        display_past_access(console(), found)
    return DONE if found["known"] else NO
