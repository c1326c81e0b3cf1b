"""`contactpoint up`: the whole stack here, in the foreground."""

from argparse import ArgumentParser, Namespace

from services.configuration.settings import read_settings


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints `ready <url>` once a submission can be taken; Ctrl-C or SIGTERM stops all of it."""
    from services.local_stack.up import up

    return up(read_settings(args.data))
