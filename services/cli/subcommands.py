"""Verbs whose subcommands have a module each beside the verb's, `<verb>_<subcommand>.py`, with `describe` and `run`."""

import importlib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from types import ModuleType

from services.cli.parser import deed_parser


def describe_deeds(parser: ArgumentParser, verb: str, deeds: Mapping[str, str]) -> None:
    """The parsers of a verb's subcommands, name to summary; `verb` is the full name of the verb's module."""
    parsers = parser.add_subparsers(dest="deed", required=True, metavar="|".join(deeds))
    for deed, summary in deeds.items():
        _module(verb, deed).describe(deed_parser(parsers, deed, summary))


def run_deed(verb: str, args: Namespace) -> int:
    """Does the deed that was named; gives the exit status."""
    status: int = _module(verb, args.deed).run(args)
    return status


def _module(verb: str, deed: str) -> ModuleType:
    return importlib.import_module(f"{verb}_{deed}")
