"""`contactpoint identity`: how well the matcher knows children, and what other settings would come to.

Each subcommand has a module beside this one, `identity_<subcommand>.py`, with `describe` and `run` as a verb has
them.
"""

from argparse import ArgumentParser, Namespace

from services.cli.subcommands import describe_subcommands, run_subcommand

SUBCOMMANDS = {
    "evaluate": "how many records of one child the matcher puts together, and how many of two",
    "train": "learn settings from records, without knowing who is who",
    "replay": "the whole history under other settings: what would be linked, merged and queued otherwise",
}


def describe(parser: ArgumentParser) -> None:
    """What is done about it."""
    describe_subcommands(parser, __name__, SUBCOMMANDS)


def run(args: Namespace) -> int:
    """Does one of these."""
    return run_subcommand(__name__, args)
