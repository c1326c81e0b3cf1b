"""`contactpoint resync`: going on after Postgres went back in time, with what Kafka holds beyond it set aside."""

from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import console, count_of, print_json
from services.cli.stack import settings_of


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints what was set aside and where it lies; exit status 1 where Kafka holds nothing beyond the store."""
    settings = settings_of(args)
    from services.republish import NothingBeyond, resync
    from streams.publishing.generation import CannotRepublish

    try:
        done, aside, file = resync(settings)
    except (NothingBeyond, CannotRepublish) as error:
        raise AnswerIsNo(str(error)) from None
    if args.json:
        print_json({**done.document(), "aside": aside.events, "decided": aside.decided, "file": str(file)})
    else:
        to = console()
        to.print(f"{aside.events:,} events that Postgres does not hold lie in {file}; they are in no view any more.")
        published = count_of(done.events, "event")
        to.print(f"The relay publishes {published} into new topics, the registrar reads on where it was.")
        to.print("Let the agencies send again what they have sent since; what is held already is answered `duplicate`.")
        if aside.decided:
            to.print(f"Data managers have to decide again what {aside.decided:,} of them came of, shields first.")
    return DONE
