"""`contactpoint republish`: Kafka's logs made anew and published once more from the store."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from services.cli.errors import DONE, AnswerIsNo, PartAway
from services.cli.output import console, count_of, print_json
from services.cli.stack import settings_of
from services.configuration.private_files import private_folder, secret
from services.configuration.setting_errors import NotConfigured


def describe(parser: ArgumentParser) -> None:
    """Whether under a new publication key."""
    parser.add_argument("--new-key", action="store_true", help="make a publication key first, where it is lost")


def run(args: Namespace) -> int:
    """Makes the topics anew, and prints what the relay publishes now."""
    settings = settings_of(args)
    from services.republish import publish_again
    from streams.publishing.generation import CannotRepublish

    _check_key(settings.publication_key, make=args.new_key)
    try:
        done = publish_again(settings)
    except CannotRepublish as error:
        raise AnswerIsNo(str(error)) from None
    except NotConfigured:
        if args.new_key:
            made = f"a new key is in {settings.publication_key}"
            raise PartAway(f"{made}; run `contactpoint up`, then `contactpoint republish`") from None
        raise
    if args.json:
        print_json(done.document())
    else:
        to = console()
        to.print(f"The topics of the logs are new; the relay publishes {count_of(done.events, 'event')} into them.")
        if done.other_kafka:
            to.print("Receipts of the Kafka before are gone; what agencies send again is answered `duplicate`.")
        to.print("`contactpoint status` shows how far it is; the directory can be asked meanwhile.")
    return DONE


def _check_key(file: Path, *, make: bool) -> None:
    """Makes a key where it is lost and a new one is requested; never in the place of one that is there."""
    if make and file.exists():
        raise AnswerIsNo(f"{file} is there; move it away, if it is not the relay's, before you ask for a new one")
    if make:
        secret(private_folder(file.parent) / file.name)
    elif not file.exists():
        raise PartAway(f"{file} is missing; put it back from a backup or, where it is lost, add --new-key")
