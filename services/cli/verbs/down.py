"""`contactpoint down`: stops the stack of a data directory."""

from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, AnswerIsNo, PartAway
from services.cli.output import print_json
from services.configuration.settings import read_client_settings


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints what was stopped once it is gone; where nothing runs, that is exit status 1."""
    from services.local_stack.down import CannotStop, NothingRuns, down

    data = read_client_settings(args.data).data
    try:
        stopped = down(data)
    except NothingRuns as nothing:
        raise AnswerIsNo(str(nothing)) from None
    except CannotStop as cannot:
        raise PartAway(str(cannot)) from None
    if args.json:
        print_json({"stopped": stopped.roles, "seconds": round(stopped.seconds, 1)})
    elif stopped.were_left:
        print(f"ended what a killed supervisor had left in {data}: {', '.join(stopped.roles)}")
    else:
        print(f"stopped the stack in {data} ({', '.join(stopped.roles)}) in {stopped.seconds:.1f} s")
    return DONE
