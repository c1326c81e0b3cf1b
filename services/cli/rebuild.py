"""`contactpoint rebuild`: every view afresh from Kafka, compared with the live one, and switched."""

from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, NO
from services.cli.output import console, print_json
from services.cli.progress import counting
from services.cli.stack import settings_of


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints how many events were read, how long it took, and the digest of the views before and after."""
    settings = settings_of(args)
    kafka, database_url = settings.need_kafka(), settings.need_database()
    from services.rebuild import rebuild

    with counting("messages") as count:
        done = rebuild(kafka, database_url, settings.keys, count)
    if args.json:
        print_json(done)
    else:
        same = done["digest"]["live"] == done["digest"]["rebuilt"]
        to = console()
        to.print(f"{done['events']:,} events in {done['seconds']:.1f} s")
        to.print(f"live     {done['digest']['live']}\nrebuilt  {done['digest']['rebuilt']}")
        to.print("The views were as the log says." if same else "The views were not as the log says; now they are.")
    return DONE if done["digest"]["live"] == done["digest"]["rebuilt"] else NO
