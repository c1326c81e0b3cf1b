"""`contactpoint policy show`: the file of a policy that comes along."""

import sys
from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import print_json


def describe(parser: ArgumentParser) -> None:
    """Adds the argument: the policy."""
    parser.add_argument("name", metavar="NAME", help="the name of a policy, as `policy list` gives it")


def run(args: Namespace) -> int:
    """Prints the file as it stands, with its comments."""
    from services.inclusion_policy.shipped import SHIPPED, shipped, shipped_text

    if args.name not in SHIPPED:
        raise AnswerIsNo(f"there is no policy of that name; there are {', '.join(SHIPPED)}")
    text = shipped_text(args.name)
    if args.json:
        policy = shipped(args.name)
        about = {"name": policy.name, "version": policy.version, "title": policy.title, "says": policy.summary}
        print_json(about | {"text": text})
    else:
        sys.stdout.write(text)
    return DONE
