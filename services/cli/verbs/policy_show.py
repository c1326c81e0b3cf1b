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
    from services.inclusion_policy.policy_file import heading
    from services.inclusion_policy.shipped import SHIPPED, shipped, shipped_text

    if args.name not in SHIPPED:
        raise AnswerIsNo(f"there is no policy of that name; there are {', '.join(SHIPPED)}")
    text = shipped_text(args.name)
    if args.json:
        print_json(heading(shipped(args.name)) | {"text": text})
    else:
        sys.stdout.write(text)
    return DONE
