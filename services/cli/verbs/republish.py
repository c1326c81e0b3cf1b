"""`contactpoint republish`: Kafka's logs made anew and published once more from the store."""

from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, AnswerIsNo, PartAway
from services.cli.output import console, print_json
from services.cli.stack import settings_of
from services.configuration.settings import Settings


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Makes the topics anew, and says what the relay publishes now."""
    settings = settings_of(args)
    from services.republish import publish_again
    from streams.publishing.generation import CannotRepublish

    _check_key(settings)
    try:
        done = publish_again(settings)
    except CannotRepublish as error:
        raise AnswerIsNo(str(error)) from None
    if args.json:
        print_json(done.document())
    else:
        to = console()
        to.print(f"The topics of the logs are new; the relay publishes {done.events:,} events into them.")
        if done.other_kafka:
            to.print("Receipts of the Kafka before are gone; what agencies send again is answered `duplicate`.")
        to.print("`contactpoint status` shows how far it is; the directory can be asked meanwhile.")
    return DONE


def _check_key(settings: Settings) -> None:
    if not settings.publication_key.exists():
        raise PartAway(f"{settings.publication_key} is missing; make a new one with `contactpoint run init`")
