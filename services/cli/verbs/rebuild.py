"""`contactpoint rebuild`: every view afresh from Kafka, compared with the live one, and switched."""

from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, NO
from services.cli.output import console, count_of, print_json
from services.cli.progress import counting
from services.cli.stack import settings_of


def describe(parser: ArgumentParser) -> None:
    """Adds the option to switch to views that differ."""
    parser.add_argument("--replace", action="store_true", help="switch to the new views even where they differ")


def run(args: Namespace) -> int:
    """Prints how many events were read, how long it took, and the digest of the views before and after."""
    settings = settings_of(args).signing_in_as("projector")
    kafka, database_url = settings.need_kafka(), settings.need_database()
    from services.rebuild import rebuild

    with counting("messages") as count:
        done = rebuild(
            kafka,
            database_url,
            settings.keys / "key-encryption.key",
            settings.publication_key,
            replace=args.replace,
            progress=lambda number, _: count(number),
        )
    same = done.live == done.rebuilt
    if args.json:
        print_json(done.document())
    else:
        to = console()
        to.print(f"{count_of(done.events, 'message')} in {done.seconds:.1f} s")
        to.print(f"live     {done.live}\nrebuilt  {done.rebuilt}")
        to.print(_SAME if same else _REPLACED if done.switched else _KEPT)
    return DONE if same else NO


_SAME = "The views are as the log says; the new ones are live now."
_REPLACED = "The views were not as the log says; now they are."
_KEPT = "The views are not as the log says. They were left as they are: `rebuild --replace` switches to the new ones."
