"""Texts made comparable: case, accents and punctuation gone, never the script."""

import unicodedata
from functools import lru_cache

from anyascii import anyascii

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("´ʹʻʼʽʾʿ"))
"""Written for an apostrophe, but letters or accents by their Unicode category."""


@lru_cache(maxsize=65_536)
def normalise_name(name: str) -> str:
    """A name in lower case without accents and punctuation, words separated by one space.

    Apostrophes and other marks within a word vanish (`O’Malley` → `omalley`), hyphens separate words.
    """
    return _normalised(name)


def _normalised(name: str) -> str:
    if name.isascii() and name.isalpha():
        return name.lower()
    decomposed = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES))
    kept = []
    for character in decomposed.casefold().translate(_LETTERS_WITHOUT_DECOMPOSITION).translate(_APOSTROPHES):
        category = unicodedata.category(character)
        if category[0] in "LN" or (category in ("Mn", "Mc") and not _is_accent(character)):
            kept.append(character)
        elif category[0] == "Z" or category == "Pd":
            kept.append(" ")
    return " ".join("".join(kept).split()) or " ".join(name.split())


@lru_cache(maxsize=65_536)
def latin_name(name: str) -> str:
    """A normalised name in Latin letters: one in another script is transliterated, so that it can be compared.

    It is remembered, so what it comes from need not be.
    """
    normalised = _normalised(name)
    return normalised if normalised.isascii() else _normalised(anyascii(normalised))


def _is_accent(mark: str) -> bool:
    """Whether a mark may be left out in writing: not so the vowel and tone signs of Indic and Thai scripts, nor kana's.

    Accents have combining class 200 or more, Hebrew and Arabic points 10 to 36; variation selectors mean nothing.
    """
    combining = unicodedata.combining(mark)
    return combining >= 200 or 10 <= combining <= 36 or "\ufe00" <= mark <= "\ufe0f" or mark >= "\U000e0100"


def normalise_postcode(postcode: str) -> str:
    """A postcode in capitals without spaces."""
    return "".join(postcode.split()).upper()
