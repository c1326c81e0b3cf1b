"""`contactpoint policy check`: whether a policy's file can be used; needs no servers."""

from argparse import ArgumentParser, Namespace

from services.cli.errors import DONE, AnswerIsNo
from services.cli.output import print_json
from services.cli.parser import a_file


def describe(parser: ArgumentParser) -> None:
    """Adds the argument: the file."""
    parser.add_argument("file", type=a_file, metavar="FILE", help="a policy's YAML file")


def run(args: Namespace) -> int:
    """Prints what the policy is, or which line is wrong (exit status 1)."""
    from services.inclusion_policy.policy_file import heading, read_policy
    from services.inclusion_policy.refused import PolicyRefused
    from services.inclusion_policy.shipped import text_of

    try:
        policy = read_policy(args.file.name, text_of(args.file))
    except PolicyRefused as refused:
        raise AnswerIsNo(str(refused)) from None
    if args.json:
        print_json(heading(policy))
    else:
        print(f"{policy.name}, version {policy.version}, can be used: {policy.summary}")
    return DONE
