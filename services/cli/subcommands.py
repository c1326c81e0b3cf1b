"""Verbs whose subcommands have a module each beside the verb's, `<verb>_<subcommand>.py`, with `describe` and `run`."""

import importlib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from types import ModuleType

from services.cli.parser import subcommand_parser


def describe_subcommands(parser: ArgumentParser, verb: str, subcommands: Mapping[str, str]) -> None:
    """The parsers of a verb's subcommands, name to summary; `verb` is the full name of the verb's module."""
    parsers = parser.add_subparsers(dest="subcommand", required=True, metavar="|".join(subcommands))
    for subcommand, summary in subcommands.items():
        _module(verb, subcommand).describe(subcommand_parser(parsers, subcommand, summary))


def run_subcommand(verb: str, args: Namespace) -> int:
    """Runs the subcommand that was named; gives the exit status."""
    status: int = _module(verb, args.subcommand).run(args)
    return status


def _module(verb: str, subcommand: str) -> ModuleType:
    return importlib.import_module(f"{verb}_{subcommand}")
