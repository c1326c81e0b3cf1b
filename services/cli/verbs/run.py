"""`contactpoint run`: one service of a deployment, in this process."""

from argparse import ArgumentParser, Namespace

from services.configuration.settings import read_settings
from services.runtime.roles import ROLES, run_role


def describe(parser: ArgumentParser) -> None:
    """Adds the argument: the service."""
    parser.add_argument("role", choices=tuple(ROLES), metavar="ROLE", help=", ".join(ROLES))


def run(args: Namespace) -> int:
    """Runs until SIGTERM or SIGINT; `init` until it is done."""
    return run_role(args.role, read_settings(args.data))
