"""What verbs print: one JSON document, or tables and lines for people, free of terminal escapes from the data."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import orjson

if TYPE_CHECKING:
    from argparse import Namespace

    from rich.console import Console
    from rich.text import Text

    from services.cli.table import Cell, Table

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and marks that change the direction of the text around them."""


_UNESCAPED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Those of them that JSON may hold as they are."""


NO_BREAK = "\N{NO-BREAK SPACE}"
"""A space where a line may not end, as in a telephone number; in a pipe it is an ordinary one."""


def print_json(document: Any, to: TextIO | None = None) -> None:
    """Prints one JSON document and a newline, to standard output if not elsewhere.

    What could act on a terminal is written as JSON's escape for it, so that readers get the value as it is.
    """
    out = to or sys.stdout
    encoded = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE).decode()
    out.buffer.write(_UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded).encode())
    out.flush()


def count_of(number: int, noun: str) -> str:
    """A number and what it counts, in words: `1 agency`, `2,000 agencies`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def plain(value: object) -> str:
    """A value as text for the terminal: what could move the cursor or hide text becomes a visible replacement."""
    return "" if value is None else _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))


def console(args: "Namespace | None" = None, *, to: TextIO | None = None) -> "Console":
    """The console for people, on standard output if not elsewhere: lines have any length where it is no terminal.

    Tables follow `--wide` and `--columns` of the arguments, where the verb has them.
    """
    from services.cli.table import TableConsole

    return TableConsole(to or sys.stdout, columns=getattr(args, "columns", None), wide=getattr(args, "wide", False))


def text(value: object, style: str = "") -> "Text":
    """A value in a style; nothing in it is taken for markup."""
    from rich.text import Text

    return Text(plain(value), style=style)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> "Table":
    """A table as wide as the terminal; to a file or a pipe its values stand whole, separated by tabs."""
    from services.cli.table import Table

    return Table(columns, map(_cells, rows), title)


def facts(rows: Iterable[Sequence[object]]) -> "Table":
    """A table without heads: a label and a value on each line."""
    from services.cli.table import Table

    return Table(("", ""), map(_cells, rows), bare=True)


def _cells(row: Sequence[object]) -> "list[Cell]":
    from rich.text import Text

    from services.cli.table import Cell

    return [Cell(each.plain, str(each.style)) if isinstance(each, Text) else Cell(plain(each)) for each in row]
