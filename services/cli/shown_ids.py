"""Short ids: the first characters of ids that a list on this terminal has shown short, kept in a file of its user's.

The directory itself takes whole ids only: eight characters could be guessed, and whoever guesses would see children.
So what is short means something only to the account that was shown it. An id names nobody by itself, and the file is
readable by its owner alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from services.configuration.private_files import private_folder, write_private

SHORT = 8
"""Characters of a short id; where several ids begin with the same, they are shown whole."""
MOST_KEPT = 5_000
"""Ids that are remembered, the latest of them."""


class Ambiguous(LookupError):
    """Several of the ids begin so."""


def shorten(ids: Iterable[str]) -> Mapping[str, str]:
    """The short form of each id, which `resolve` takes from now on; the id itself where nothing can be remembered."""
    shown = dict.fromkeys(ids)
    every = [*(each for each in _kept() if each not in shown), *shown][-MOST_KEPT:]
    file = _file()
    try:
        private_folder(file.parent)
        write_private(file, "".join(f"{each}\n" for each in every))
    except OSError:
        return {each: each for each in shown}
    alike = Counter(each[:SHORT] for each in every)
    return {each: each[:SHORT] if alike[each[:SHORT]] == 1 else each for each in shown}


def resolve(short: str) -> str:
    """The id that was shown as this; raises LookupError where none was, Ambiguous where several begin so."""
    found = [each for each in _kept() if each.startswith(short.lower())]
    if len(found) > 1:
        raise Ambiguous
    if not found:
        raise LookupError
    return found[0]


def _kept() -> list[str]:
    with suppress(OSError, UnicodeDecodeError):
        return _file().read_text(encoding="utf-8").split()
    return []


def _file() -> Path:
    return Path.home() / ".local" / "state" / "contactpoint" / "shown-ids"
