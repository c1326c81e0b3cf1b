"""`contactpoint up`: the whole stack here, in the foreground or in the background."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from services.cli.parser import a_count
from services.configuration.settings import read_settings

SEVERAL = ("registrar", "relay", "projector")
"""Roles of which more than one process can run: projectors share the work, of the others one is active."""
MOST = 16


def describe(parser: ArgumentParser) -> None:
    """Whether it goes on in the background, and how many processes there are of some roles."""
    parser.add_argument(
        "--detach", action="store_true", help="return once it is ready; `contactpoint down` stops it, DIR/logs/up.log"
    )
    for role in SEVERAL:
        parser.add_argument(
            f"--{role}s", type=_a_number, default=1, metavar="N", help=f"how many {role} processes run (default 1)"
        )


def run(args: Namespace) -> int:
    """Prints `ready <url>` once a submission can be taken; Ctrl-C or SIGTERM stops all of it."""
    settings = read_settings(args.data)
    if args.detach:
        from services.local_stack.detach import up_detached

        return up_detached(settings.data, [f"--{role}s={getattr(args, f'{role}s')}" for role in SEVERAL])
    from services.local_stack.layout import SERVICES
    from services.local_stack.supervisor import Supervisor
    from services.local_stack.up import up

    services = [role for role in SERVICES for _ in range(getattr(args, f"{role}s", 1))]
    return up(settings, supervisor=Supervisor(settings, services))


def _a_number(text: str) -> int:
    number = a_count(text)
    if number > MOST:
        raise ArgumentTypeError(f"{text} processes are too many; {MOST} at most")
    return number
