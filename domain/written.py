"""Removes what has no meaning from a value: a byte order mark, white space around it, groups within a number."""

import unicodedata

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some programs put before a text in UTF-8, also in its midst where files were put together."""

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_BETWEEN = ("Cf", "Pd", "Zs")
"""Categories of what people write between the groups of a number: format characters, dashes, spaces."""
_LONGEST_NUMBER = 100


def trimmed(text: str) -> str:
    """A text without white space and invisible characters around it."""
    text = text.strip()
    while text and (text[0] in _INVISIBLE or text[-1] in _INVISIBLE):
        text = text.strip(_INVISIBLE).strip()
    return text


def as_one_word(number: str) -> str:
    """A number in capitals without what people write between and around its groups, full-width characters as usual."""
    if len(number) > _LONGEST_NUMBER or (number.isascii() and number.isalnum()):
        return number.upper()
    usual = unicodedata.normalize("NFKC", number)
    kept = (each for each in usual if not each.isspace() and unicodedata.category(each) not in _BETWEEN)
    return "".join(kept).upper()
