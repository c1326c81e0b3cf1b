"""`contactpoint up`: the whole stack here, in the foreground or in the background."""

from argparse import ArgumentParser, Namespace

from services.configuration.settings import read_settings


def describe(parser: ArgumentParser) -> None:
    """Whether it goes on in the background."""
    parser.add_argument(
        "--detach", action="store_true", help="return once it is ready; `contactpoint down` stops it, DIR/logs/up.log"
    )


def run(args: Namespace) -> int:
    """Prints `ready <url>` once a submission can be taken; Ctrl-C or SIGTERM stops all of it."""
    settings = read_settings(args.data)
    if args.detach:
        from services.local_stack.detach import up_detached

        return up_detached(settings.data)
    from services.local_stack.up import up

    return up(settings)
