"""The YAML lists that fill a register: read whole, checked field by field, refused with the entry's number."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

MOST_ENTRIES = 100_000
Fields = tuple[str, ...]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class BadRegister(Exception):
    """A register file cannot be taken; the text says which entry, what is wrong and what to do."""


def read_entries(
    path: Path, required: Fields, optional: Fields, inner: Mapping[str, Fields] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of a YAML list with a name for each of them in messages (`agencies.yaml: entry 3`).

    Every field is a text, but for those of `inner`, which have fields of their own; a date is given as ISO text, `true`
    and `false` as such. Raises BadRegister for a file that is not such a list and OSError where it can't be read.
    """
    try:
        entries = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, UnicodeError, RecursionError):
        raise BadRegister(f"{path.name}: this is not YAML; give a list of entries with {', '.join(required)}") from None
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise BadRegister(f"{path.name}: give a list of at most {MOST_ENTRIES:,} entries with {', '.join(required)}")
    for number, entry in enumerate(entries, 1):
        where = f"{path.name}: entry {number}"
        given = dict(entry) if isinstance(entry, Mapping) else entry
        held = {
            field: _checked(f"{where}: {field}", given.pop(field), (), fields)
            for field, fields in (inner or {}).items()
            if isinstance(given, dict) and given.get(field) is not None
        }
        yield where, _checked(where, given, required, (*optional, *(inner or {}))) | held


def _checked(where: str, entry: Any, required: Fields, optional: Fields) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        raise BadRegister(f"{where} is not a mapping; give it the fields {', '.join(required or optional)}")
    known = (*required, *optional)
    if any(field not in known for field in entry):
        raise BadRegister(f"{where} has an unknown field; it may have {', '.join(known)}")
    given = {field: _as_text(value) for field, value in entry.items() if value is not None}
    lacking = [field for field in required if field not in given]
    if lacking:
        raise BadRegister(f"{where} has no {', no '.join(lacking)}; add {'one' if len(lacking) == 1 else 'them'}")
    for field, value in given.items():
        if not isinstance(value, str) or not value.strip() or len(value) > 200 or _CONTROL.search(value):
            raise BadRegister(f"{where}: {field} must be a text of 1 to 200 characters without control characters")
    return given


def _as_text(value: Any) -> Any:
    """What YAML reads as a date or as yes and no, as it was most likely written; anything else as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if type(value) is date else value
