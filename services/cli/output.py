"""What verbs print: one JSON document, or tables and lines for people, free of terminal escapes from the data."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import orjson

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and marks that change the direction of the text around them."""


_UNESCAPED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Those of them that JSON may hold as they are."""


def print_json(document: Any, to: TextIO | None = None) -> None:
    """Prints one JSON document and a newline, to standard output if not elsewhere.

    What could act on a terminal is written as JSON's escape for it, so that readers get the value as it is.
    """
    out = to or sys.stdout
    encoded = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE).decode()
    out.buffer.write(_UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded).encode())
    out.flush()


def plain(value: object) -> str:
    """A value as text for the terminal: what could move the cursor or hide text becomes a visible replacement."""
    return "" if value is None else _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))


def console(to: TextIO | None = None) -> "Console":
    """The console for people: standard output by default, 120 characters wide where it is no terminal."""
    from rich.console import Console

    out = to or sys.stdout
    return Console(file=out, width=None if out.isatty() else 120, highlight=False, emoji=False, markup=False)


def text(value: object, style: str = "") -> "Text":
    """A value in a style; nothing in it is taken for markup."""
    from rich.text import Text

    return Text(plain(value), style=style)


_WHOLE = frozenset({"child"})
"""Columns of what people copy: it stays on one line."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> "Table":
    """A table whose columns are as wide as their values need."""
    from rich import box
    from rich.table import Table

    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    return made


def _cell(value: object) -> "RenderableType":
    from rich.text import Text

    return value if isinstance(value, Text) else text(value)
