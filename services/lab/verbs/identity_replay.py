"""`contactpoint identity replay`: the whole history re-matched under other settings, beside the live directory."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from services.cli.errors import DONE, WrongUsage
from services.cli.output import console, print_json
from services.cli.parser import a_beginning, a_count, a_file, a_moment
from services.cli.progress import counting
from services.cli.stack import settings_of

if TYPE_CHECKING:
    from domain.matching import MatcherSettings
    from services.configuration.settings import Settings
    from streams.crypto.publication_key import PublicationKey
    from streams.crypto.sealing import KeyEncryptionKey

EXAMPLES = 5


def describe(parser: ArgumentParser) -> None:
    """Under which settings, over which part of the log, and how many examples."""
    moment = "a time with its zone, or a date"
    parser.add_argument("--settings", type=a_file, required=True, metavar="FILE", help="the settings to try")
    parser.add_argument(
        "--from",
        dest="start",
        type=a_beginning,
        metavar="TIME",
        help=f"what was recorded before stays as it was decided ({moment})",
    )
    parser.add_argument(
        "--to", dest="end", type=a_moment, metavar="TIME", help=f"leave out what was recorded later ({moment})"
    )
    parser.add_argument(
        "--examples",
        type=a_count,
        default=EXAMPLES,
        metavar="N",
        help="at most N of each kind (default %(default)s); they show numbers and levels, nothing personal",
    )


def run(args: Namespace) -> int:
    """Prints what would be different; nothing of it is done."""
    tried = _settings(args)
    settings = settings_of(args)
    kafka, database_url = settings.need_kafka(), settings.need_database()
    key, publication_key = _keys(settings)
    from services.lab.matching.replay.run import Window, rematch

    with counting("events") as count:
        done = rematch(
            kafka, database_url, key, publication_key, tried, Window(args.start, args.end), args.examples, count
        )
    if args.json:
        print_json(done.document())
    else:
        from services.lab.verbs.display_replay import display_replay

        display_replay(console(), done.document())
    return DONE


def _settings(args: Namespace) -> "MatcherSettings":
    from services.registrar.matcher_settings import SettingsRefused, load_settings

    if args.start and args.end and args.start > args.end:
        raise WrongUsage("--from is after --to; there is nothing between them")
    try:
        return load_settings(args.settings)
    except SettingsRefused as error:
        raise WrongUsage(str(error)) from None


def _keys(settings: "Settings") -> "tuple[KeyEncryptionKey, PublicationKey]":
    from streams.crypto.publication_key import PublicationKey
    from streams.crypto.sealing import KeyEncryptionKey

    key = KeyEncryptionKey.from_file(settings.keys / "key-encryption.key")
    return key, PublicationKey.from_file(settings.publication_key)
