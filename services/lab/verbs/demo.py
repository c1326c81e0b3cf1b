"""`contactpoint demo`: the stack, a fictional county's feeds, and a story on the terminal."""

from argparse import ArgumentParser, Namespace

from services.configuration.settings import read_settings


def describe(parser: ArgumentParser) -> None:
    """Whether it ends after the story."""
    parser.add_argument("--once", action="store_true", help="stop after the story instead of serving on")


def run(args: Namespace) -> int:
    """Runs the stack and shows the story; Ctrl-C or SIGTERM stops all of it."""
    from services.cli.output import console
    from services.lab.demo.story import show_story
    from services.local_stack.up import up

    def after_ready(url: str) -> None:
        show_story(console(), read_settings(args.data), url, once=args.once)
        if not args.once:
            print("\nThe stack runs on; Ctrl-C stops it.", flush=True)

    return up(read_settings(args.data), after_ready, args.once)
