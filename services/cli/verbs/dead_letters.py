"""`contactpoint dead-letters`: what could not be read, and why; and sending it again once the cause is mended."""

import base64
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from services.cli.client import viewer_api
from services.cli.errors import DONE, NO, AnswerIsNo
from services.cli.output import console, facts, plain, print_json, table
from services.cli.parser import list_options, subcommand_parser, viewer_options
from services.cli.stack import settings_of
from services.configuration.settings import Settings
from services.queries.dead_letters import letter_place, list_letters, read_letter
from streams.store.database import Database


def describe(parser: ArgumentParser) -> None:
    """Adds the subcommands."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="list|show|resubmit")
    list_options(subcommand_parser(subcommands, "list", "list them, without their content"))
    show = subcommand_parser(subcommands, "show", "show one with its content")
    help_ = "like 0-17, as `list` names it; for who is not cleared like la-north-0-17, by its message"
    show.add_argument("letter", type=_a_name, metavar="LETTER", help=help_)
    viewer_options(show)
    again = subcommand_parser(subcommands, "resubmit", "send one to its topic again, as it was")
    again.add_argument("letter", type=_a_letter, metavar="LETTER", help="like 0-17, as `list` names it")


def run(args: Namespace) -> int:
    """Runs the subcommand."""
    if args.subcommand == "show":
        return _show(args)
    settings = settings_of(args)
    return _list(settings, args) if args.subcommand == "list" else _resubmit(settings, args)


def _list(settings: Settings, args: Namespace) -> int:
    with closing(Database(settings.need_database(), "contactpoint dead-letters")) as database:
        letters = list_letters(settings.need_kafka(), database)[: args.limit]
    if args.json:
        print_json(letters)
    else:
        columns = ("letter", "message", "code", "size", "recorded_at")
        console(args).print(table((*columns, "not kept"), [_row(letter, columns) for letter in letters]))
    return DONE if letters else NO


def _row(letter: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    return [*(letter[column] for column in columns), f"{letter['counted']:,}" if "counted" in letter else ""]


def _show(args: Namespace) -> int:
    letter = viewer_api(args).get(f"/dead-letters/{args.letter}")
    if args.json:
        print_json(letter)
        return DONE
    to = console()
    to.print(facts((name, letter[name]) for name in ("letter", "message", "code", "size", "recorded_at")))
    if letter["raw"] is None:
        to.print(plain("It is about a shielded child, so what it says is not shown; it can be sent again."))
    else:
        to.print(plain(base64.b64decode(letter["raw"]).decode(errors="replace")))
    return DONE


def _resubmit(settings: Settings, args: Namespace) -> int:
    from services.submit.files import Line
    from services.submit.sender import Sender, submission_producer

    letter = read_letter(settings.need_kafka(), args.letter)
    if letter is None:
        raise AnswerIsNo("there is no such letter, or no longer: they are kept for seven days")
    raw = base64.b64decode(letter["raw"])
    if len(raw) < letter["size"]:
        raise AnswerIsNo("only the beginning of this message was kept; its agency has to send it again")
    topic = letter["message"].rsplit("/", 2)[0]
    producer = submission_producer(settings.need_kafka())
    try:
        sender = Sender(producer)
        sender.send(topic, None, Line(raw, len(raw)))
        ((partition, runs),) = sender.finish().items()
    finally:
        producer.close(timeout=5)
    message = f"{partition[0]}/{partition[1]}/{runs[0][0]}"
    _print_sent(args.json, {"message": message})
    return DONE


def _print_sent(as_json: bool, sent: dict[str, Any]) -> None:
    if as_json:
        print_json(sent)
    else:
        print(f"sent again as {sent['message']}")


def _a_name(text: str) -> str:
    if not re.fullmatch(r"([a-z0-9-]{1,63}-)?[0-9]{1,6}-[0-9]{1,15}", text):
        raise ArgumentTypeError("a letter is named like 0-17 or la-north-0-17")
    return text


def _a_letter(text: str) -> str:
    try:
        letter_place(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    return text
