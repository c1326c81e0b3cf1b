"""`contactpoint verify`: whether Kafka, the store, the trees and the views agree."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from domain.transparency.notes import Malformed
from domain.transparency.policy import read_policy
from services.cli.errors import DONE, NO, AnswerIsNo
from services.cli.output import console, count_of, print_json, table
from services.cli.progress import counting
from services.cli.stack import settings_of

LONGEST_FILE = 1_000_000


def describe(parser: ArgumentParser) -> None:
    """Adds a checkpoint that was kept elsewhere, and whom to believe about it."""
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint that was kept elsewhere")
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="whom to believe about it (C2SP tlog-policy; default: our own key)"
    )


def run(args: Namespace) -> int:
    """Prints what each log holds and every finding; one is exit status 1."""
    settings = settings_of(args)
    settings.need_kafka()
    settings.need_database()
    from services.proofs.verification import Refused, own_policy, read_kept, refuse_what_is_not_believed, verify

    kept = None
    try:
        policy = read_policy(_text(args.policy)) if args.policy else own_policy(settings)
        if args.checkpoint:
            kept = read_kept(_text(args.checkpoint), policy, settings.origin)
        elif args.policy:
            refuse_what_is_not_believed(settings, policy)
    except (Malformed, Refused) as refused:
        raise AnswerIsNo(str(refused)) from None
    with counting("events") as count:
        verified = verify(settings, kept, count)
    if args.json:
        print_json(verified.document())
    else:
        to = console()
        for log, walked in verified.logs.items():
            to.print(f"{log}: {count_of(walked.events, 'event')}")
        if verified.findings:
            rows = [(each.log, str(each.position or "–"), each.kind, each.where) for each in verified.findings]
            to.print(table(("log", "position", "what was done", "where"), rows))
        else:
            to.print("Kafka, the event store, the trees and the views tell one story.")
    return NO if verified.findings or verified.live is None else DONE


def _text(file: Path) -> str:
    try:
        with file.open("rb") as given:
            return given.read(LONGEST_FILE).decode()
    except OSError as error:
        raise AnswerIsNo(f"{file} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise AnswerIsNo(f"{file} is not text in UTF-8") from None
