"""`contactpoint policy`: inclusion policies, and what several of them come to over the same log.

Each deed has a module of its own, `services/cli/policy_<deed>.py`, with `describe` and `run` as a verb has them.
"""

import importlib
from argparse import ArgumentParser, Namespace
from types import ModuleType

from services.cli.parser import deed_parser

DEEDS = {
    "compare": "replay the log under several policies: who is listed, who is missed, and what it costs",
    "list": "the policies that come along",
    "show": "the file of a policy that comes along, to read or to begin one's own with",
    "check": "whether a policy's file can be used",
}


def describe(parser: ArgumentParser) -> None:
    """What is done about policies."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="|".join(DEEDS))
    for deed, summary in DEEDS.items():
        _module(deed).describe(deed_parser(deeds, deed, summary))


def run(args: Namespace) -> int:
    """Does one of these."""
    status: int = _module(args.deed).run(args)
    return status


def _module(deed: str) -> ModuleType:
    return importlib.import_module(f"services.cli.policy_{deed}")
