"""`contactpoint records`: a data manager removes any agency's record."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from domain.vocabulary import agency_code
from services.cli.client import require_shown, viewer_api
from services.cli.errors import DONE
from services.cli.output import print_json
from services.cli.parser import subcommand_parser, viewer_options


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommand."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="remove")
    remove = subcommand_parser(subcommands, "remove", "take a record out of the directory for good, whosever it is")
    remove.add_argument("source", type=_a_source, metavar="SOURCE", help="the agency, like urn:agency:moss-lane")
    remove.add_argument("subject", metavar="SUBJECT", help="the agency's own number for the child")
    viewer_options(remove)


def run(args: Namespace) -> int:
    """Removes the record; a refusal is exit status 1."""
    record = {"source": args.source, "subject": args.subject}
    answer = viewer_api(args).post("/records/remove", {"record": record, "reason": args.reason})
    require_shown(answer, "position")
    if args.json:
        print_json(answer)
    else:
        print(f"the record is removed from {answer['child']} (position {answer['position']:,})")
    return DONE


def _a_source(text: str) -> str:
    if agency_code(text) is None:
        raise ArgumentTypeError("give the agency as its submissions name it, like urn:agency:moss-lane")
    return text
