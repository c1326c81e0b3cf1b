"""`contactpoint replay`: every entry and report as known at a moment, as files."""

from argparse import ArgumentParser, Namespace
from collections.abc import Collection
from pathlib import Path

from domain.days import day_at
from services.cli.client import viewer_api
from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import count_of, print_json
from services.cli.parser import a_moment, viewer_options
from services.cli.progress import counting
from services.cli.verbs._servers import replaying, servers_of


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the moment, the folder and the user."""
    parser.add_argument(
        "--as-of", type=a_moment, metavar="TIME", required=True, help="the moment; a date stands for its end"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="a folder, which is made")
    viewer_options(parser)


def run(args: Namespace) -> int:
    """Writes the folder whole or not at all; needs Kafka, Postgres and the keys, as `rebuild` does."""
    servers = servers_of(args)
    api = viewer_api(args)
    into: Path = args.out.absolute()
    if into.exists():
        raise AnswerIsNo(f"{into} is there already; name a folder that is not")
    if not into.parent.is_dir():
        raise AnswerIsNo(f"there is no folder {into.parent}; make it first")
    from services.replay import Allowed, replay
    from streams.clock import utc_now

    def allow(children: Collection[str]) -> Allowed:
        answer = api.post("/replays", {"as_of": args.as_of, "children": list(children)})
        return Allowed(frozenset(answer["children"]), answer["cleared"])

    with replaying(), counting("messages") as loaded, counting("entries") as written:
        replayed = replay(
            servers,
            args.as_of,
            day_at(utc_now()),
            into,
            allow,
            loaded=lambda number, _: loaded(number),
            written=written,
        )
    if args.json:
        print_json({**replayed, "out": str(into)})
    else:
        print(f"{count_of(replayed['entries'], 'entry')} and {len(replayed['reports'])} reports in {into}")
    return DONE
