"""Arguments: the options that every verb takes, and the kinds of value that are checked before anything is sent."""

import argparse
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from domain.vocabulary import CONTROL_CHARACTERS, LONGEST_REASON, SHORTEST_REASON
from services.cli.errors import USAGE

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")

_UNFIT = re.compile(CONTROL_CHARACTERS)
"""Bytes of an argument that are not UTF-8 become surrogates, which this finds too."""


_UNKNOWN_OPTION = re.compile(r"unrecognized arguments: (--[\w-]+)")
_NO_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")


class Parser(argparse.ArgumentParser):
    """A parser that answers wrong usage with one sentence on standard error and exit status 2."""

    def error(self, message: str) -> NoReturn:
        """Prints what is wrong and where to read more, and ends with exit status 2."""
        self.exit(USAGE, f"{self.prog}: {message}{self._meant(message)}; see `{self.prog} --help`\n")

    def _meant(self, message: str) -> str:
        """What may have been meant by an unknown option, or by a word that is no choice."""
        if unknown := _UNKNOWN_OPTION.search(message):
            return did_you_mean(unknown[1], _options(self))
        if unknown := _NO_CHOICE.search(message):
            return did_you_mean(unknown[1], re.findall(r"[\w-]+", unknown[2]))
        return ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The question for what comes near a mistyped word; empty where nothing does."""
    near = get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The options of a parser, and of its subcommands."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for subcommand in action.choices.values():
                yield from _options(subcommand)


def parser_for(verb: str, summary: str) -> Parser:
    """The parser of a verb with the options that all have."""
    parser = Parser(prog=f"contactpoint {verb}", description=summary, allow_abbrev=False)
    _common_options(parser, False, None)
    return parser


def subcommand_parser(
    subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]", subcommand: str, summary: str
) -> argparse.ArgumentParser:
    """The parser of one subcommand of a verb; the options that all have may come before or after it."""
    parser = subcommands.add_parser(subcommand, help=summary, description=summary, allow_abbrev=False)
    _common_options(parser, argparse.SUPPRESS, argparse.SUPPRESS)
    return parser


def _common_options(parser: argparse.ArgumentParser, json: object, data: object) -> None:
    where = "the local stack's directory (default: CONTACTPOINT_DATA or .contactpoint)"
    parser.add_argument("--json", action="store_true", default=json, help="print one JSON document and nothing else")
    parser.add_argument("--data", metavar="DIR", default=data, help=where)


def viewer_options(parser: argparse.ArgumentParser) -> None:
    """Adds the user and the reason, for verbs that show personal data."""
    parser.add_argument(
        "--as",
        dest="user",
        type=a_user,
        metavar="USER",
        help="who looks; works beside a local stack (else CONTACTPOINT_TOKEN)",
    )
    parser.add_argument("--reason", required=True, type=a_reason, metavar="TEXT", help="why, for the access log")


def list_options(parser: argparse.ArgumentParser) -> None:
    """Adds the bound of a list, and how its table looks."""
    parser.add_argument("--limit", type=a_count, metavar="N", help="at most so many (default: all)")
    table_options(parser)


def table_options(parser: argparse.ArgumentParser) -> None:
    """Adds how a table looks on a terminal."""
    parser.add_argument("--wide", action="store_true", help="ids and texts whole, each row on one line")
    parser.add_argument("--columns", type=some_columns, metavar="NAME,…", help="these columns only, in this order")


def some_columns(text: str) -> list[str]:
    """Names of columns, separated by commas."""
    return [name.strip() for name in text.split(",")]


def a_reason(text: str) -> str:
    """A reason within the bounds of the vocabulary, trimmed."""
    reason = text.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or _UNFIT.search(reason):
        bounds = f"{SHORTEST_REASON} to {LONGEST_REASON} characters"
        raise argparse.ArgumentTypeError(f"give a reason of {bounds} on one line, in UTF-8")
    return reason


def a_user(text: str) -> str:
    """A user's name."""
    if not text or _UNFIT.search(text):
        raise argparse.ArgumentTypeError("give the name of a user; see `contactpoint users list`")
    return text


def a_date(text: str) -> str:
    """An ISO date (`2008-10-23`), as that text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it like 2008-10-23") from None
    return day.isoformat()


def an_nhs_number(text: str) -> str:
    """An NHS number with the right check digit, as one word."""
    return _number("NhsNumber", text)


def a_upn(text: str) -> str:
    """A UPN with the right check letter, in capitals."""
    return _number("Upn", text)


def _number(kind: str, text: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from services.submission_contract import submission  # a search by name starts faster without it

    try:
        number: str = TypeAdapter(getattr(submission, kind)).validate_python(text)
    except ValidationError as wrong:
        raise argparse.ArgumentTypeError(wrong.errors(include_url=False)[0]["msg"]) from None
    return number


def a_moment(text: str) -> str:
    """A moment with its zone, or a date, which stands for its end in UTC; as ISO 8601 text in UTC with microseconds."""
    return _moment(text, time.max)


def a_beginning(text: str) -> str:
    """As `a_moment`, but a date stands for its beginning."""
    return _moment(text, time.min)


def _moment(text: str, of_a_day: time) -> str:
    try:
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text).astimezone(UTC)
        else:
            moment = datetime.combine(date.fromisoformat(text), of_a_day, UTC)
    except (ValueError, OverflowError):
        example = "2008-10-23 or 2008-10-23T13:23:00Z"
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write it like {example}") from None
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def a_child(text: str) -> str:
    """A child's id, as `find` gives it; a short one means the id that was shown so on this terminal."""
    return _id(text, "a child's id is a UUID, as `contactpoint find` gives it")


def a_uuid(text: str) -> str:
    """An id as a list gives it, whole or short."""
    return _id(text, "give the id as the list shows it")


_SHORT_ID = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,27}", re.ASCII | re.IGNORECASE)


def _id(text: str, unfit: str) -> str:
    with suppress(ValueError):
        return str(UUID(text))
    if not _SHORT_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(unfit)
    from services.cli.shown_ids import Ambiguous, resolve

    try:
        return resolve(text)
    except Ambiguous:
        raise argparse.ArgumentTypeError(f"several ids that were shown begin with {text}; give more of it") from None
    except LookupError:
        raise argparse.ArgumentTypeError(f"no list on this terminal has shown an id as {text}; give it whole") from None


def an_authority(text: str) -> str:
    """A local authority's ONS code or name; which there are, the API knows."""
    if not text.strip() or len(text) > 200 or _UNFIT.search(text):
        raise argparse.ArgumentTypeError("give an authority's ONS code, like E06999001, or its name")
    return text


def an_agency(text: str) -> str:
    """An agency's code."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", text, re.ASCII):
        raise argparse.ArgumentTypeError("give an agency's code, as `contactpoint agencies list` has it")
    return text


def a_count(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def a_file(text: str) -> Path:
    """A file that is there."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path
