"""How records write one value: its parts, in the order in which agreement on them counts; None where one is left open.

A part is compared coarsely first, so that agencies agree that do not type alike, and in the end as it stands, so that
what most of them type is shown.
"""

import unicodedata
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

from domain.matching.normalise import latin_name, normalise_name
from domain.places import place_now

Parts = tuple[Hashable, ...]

CARER = ("parental_responsibility", "relationship", "phone", "email", "name")
"""The fields of a carer, with which `parts_of_carer` begins."""
_BETWEEN = str.maketrans(dict.fromkeys(",.;", " "))


def parts_of_name(name: tuple[str, str]) -> Parts:
    """A given and a family name, in this order: the other way round is another way to write it."""
    return *(tuple(map(alike, name)) for alike in (latin_name, normalise_name, _folded)), name


def parts_of_address(address: Mapping[str, Any]) -> Parts:
    """An address, its authority first, from which follows whom to ask."""
    lines = tuple(address.get("lines") or ()) or None
    first, every = (_folded(lines[0]), _folded(" ".join(lines))) if lines else (None, None)
    place, uprn, status = place_now(address.get("authority")), _told(address.get("uprn")), address.get("status")
    return place, every, first, uprn, status, lines, address.get("uprn"), address.get("postcode")


def parts_of_carer(carer: Mapping[str, Any]) -> Parts:
    """A carer, field by field."""
    responsible, *texts = as_it_stands = tuple(carer.get(name) for name in CARER)
    relationship, phone, email, name = map(_told, texts)
    return responsible, relationship, phone and phone.replace(" ", ""), email, name, *as_it_stands[1:]


def _told(text: str | None) -> str | None:
    return _folded(text) if text else None


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    """A text up to case, spaces, commas and full stops, and to how its accents are encoded."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(folded.translate(_BETWEEN).split()) or folded
