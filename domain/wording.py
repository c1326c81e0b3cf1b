"""The components of a value as a record writes it, in the order in which agreement on them counts; None where empty.

Each component occurs first in a coarse form, so that agencies agree although they type differently, and at the end as
written, so that the spelling of most of them is shown.
"""

import unicodedata
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

from domain.matching.normalise import latin_name, normalise_name
from domain.places import place_now

Components = tuple[Hashable, ...]

CARER = ("parental_responsibility", "relationship", "phone", "email", "name")
"""The fields of a carer, with which `carer_components` begins."""
_BETWEEN = str.maketrans(dict.fromkeys(",.;", " "))


def name_components(name: tuple[str, str]) -> Components:
    """The components of a name, given before family name: swapped, it is another way to write it."""
    return *(tuple(map(alike, name)) for alike in (latin_name, normalise_name, _folded)), name


def address_components(address: Mapping[str, Any]) -> Components:
    """The components of an address, first its authority, which decides who is responsible for the child."""
    lines = tuple(address.get("lines") or ()) or None
    first, every = (_folded(lines[0]), _folded(" ".join(lines))) if lines else (None, None)
    place, uprn, status = (
        place_now(address.get("authority")),
        _fold(address.get("uprn")),
        address.get("status"),
    )
    return place, every, first, uprn, status, lines, address.get("uprn"), address.get("postcode")


def carer_components(carer: Mapping[str, Any]) -> Components:
    """The components of a carer, field by field."""
    responsible, *texts = as_written = tuple(carer.get(name) for name in CARER)
    relationship, phone, email, name = map(_fold, texts)
    return responsible, relationship, phone and phone.replace(" ", ""), email, name, *as_written[1:]


def _fold(text: str | None) -> str | None:
    return _folded(text) if text else None


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    """A text without differences in case, spaces, commas, full stops, and the encoding of accents."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(folded.translate(_BETWEEN).split()) or folded
