"""`contactpoint policy`: inclusion policies, and what several of them come to over the same log.

Each deed has a module of its own, `policy_<deed>.py` beside this one, with `describe` and `run` as a verb has them.
"""

from argparse import ArgumentParser, Namespace

from services.cli.subcommands import describe_deeds, run_deed

DEEDS = {
    "compare": "replay the log under several policies: who is listed, who is missed, and what it costs",
    "list": "the policies that come along",
    "show": "the file of a policy that comes along, to read or to begin one's own with",
    "check": "whether a policy's file can be used",
}


def describe(parser: ArgumentParser) -> None:
    """What is done about policies."""
    describe_deeds(parser, __name__, DEEDS)


def run(args: Namespace) -> int:
    """Does one of these."""
    return run_deed(__name__, args)
