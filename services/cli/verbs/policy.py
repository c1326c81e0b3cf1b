"""`contactpoint policy`: inclusion policies, and what several of them come to over the same log.

Each subcommand has a module beside this one, `policy_<subcommand>.py`, with `describe` and `run` as a verb has them.
"""

from argparse import ArgumentParser, Namespace

from services.cli.subcommands import describe_subcommands, run_subcommand

SUBCOMMANDS = {
    "compare": "replay the log under several policies: who is listed, who is missed, and what it costs",
    "list": "the policies that come along",
    "show": "the file of a policy that comes along, to read or to begin one's own with",
    "check": "whether a policy's file can be used",
}


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    describe_subcommands(parser, __name__, SUBCOMMANDS)


def run(args: Namespace) -> int:
    """Runs the subcommand."""
    return run_subcommand(__name__, args)
