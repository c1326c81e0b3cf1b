"""Many texts as one parameter of a statement.

psycopg2 writes a list element by element, and Postgres then parses and plans as many constants: for the thousand keys
of a search that costs more than finding them. One text, taken apart by Postgres, costs next to nothing.
"""

from collections.abc import Iterable

SEPARATOR = "\n"
"""A character that no key has: keys are made of words and numbers that were split at white space."""


def many_texts(values: Iterable[str]) -> str:
    """The parameter; values hold no line break."""
    return SEPARATOR.join(values)


def texts_sql(parameter: str) -> str:
    """The array of texts that a parameter holds, as an expression of SQL."""
    return f"string_to_array({parameter}, chr({ord(SEPARATOR)}))"


def many_ids(values: Iterable[str]) -> str:
    """A parameter of the type uuid[] as one text, as Postgres writes it; values are ids."""
    return "{" + ",".join(values) + "}"
