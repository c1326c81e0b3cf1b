"""`contactpoint identity`: how well the matcher knows children, and what other settings would come to.

Each deed has a module of its own, `services/cli/identity_<deed>.py`, with `describe` and `run` as a verb has them.
"""

import importlib
from argparse import ArgumentParser, Namespace
from types import ModuleType

from services.cli.parser import deed_parser

DEEDS = {
    "evaluate": "how many records of one child the matcher puts together, and how many of two",
    "train": "learn settings from records, without knowing who is who",
    "replay": "the whole history under other settings: what would be linked, merged and queued otherwise",
}


def describe(parser: ArgumentParser) -> None:
    """What is done about it."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="|".join(DEEDS))
    for deed, summary in DEEDS.items():
        _module(deed).describe(deed_parser(deeds, deed, summary))


def run(args: Namespace) -> int:
    """Does one of these."""
    status: int = _module(args.deed).run(args)
    return status


def _module(deed: str) -> ModuleType:
    return importlib.import_module(f"services.cli.identity_{deed}")
