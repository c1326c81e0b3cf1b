"""`contactpoint version`."""

from argparse import ArgumentParser, Namespace
from importlib.metadata import version

from services.cli.errors import DONE
from services.cli.output import print_json


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints the version of this program."""
    found = version("contactpoint")
    if args.json:
        print_json({"version": found})
    else:
        print(f"contactpoint {found}")
    return DONE
