"""`contactpoint identity`: how well the matcher knows children, and what other settings would come to.

Each deed has a module of its own, `identity_<deed>.py` beside this one, with `describe` and `run` as a verb has them.
"""

from argparse import ArgumentParser, Namespace

from services.cli.subcommands import describe_deeds, run_deed

DEEDS = {
    "evaluate": "how many records of one child the matcher puts together, and how many of two",
    "train": "learn settings from records, without knowing who is who",
    "replay": "the whole history under other settings: what would be linked, merged and queued otherwise",
}


def describe(parser: ArgumentParser) -> None:
    """What is done about it."""
    describe_deeds(parser, __name__, DEEDS)


def run(args: Namespace) -> int:
    """Does one of these."""
    return run_deed(__name__, args)
