"""What is written for not knowing, field by field: it is no evidence, however many records have it in common.

A word alone proves little: Son, Child, Na, Test and Male are names of people too. So each field has its own rules, and
a word that may be a name counts as one unless all that stands beside it is written for an unknown name as well.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from domain.matching.normalise import latin_name

_UNKNOWN = frozenset(
    [
        *("anon", "anonymous", "baby", "infant", "newborn", "nk", "none", "notknown", "tba", "tbc", "unk", "unknown"),
        *("unnamed", "withheld"),
    ]
)
"""Words for an unknown name, given or family."""
_NO_GIVEN_NAME = _UNKNOWN | {"boy", "daughter", "female", "fnu", "girl", "nfn", "triplet", "twin"}
_NO_FAMILY_NAME = _UNKNOWN | {"lnu", "fnu", "nln"}
_ABOUT_A_NAME = frozenset(
    [
        *("child", "confirmed", "given", "known", "male", "name", "named", "not", "patient", "provided", "recorded"),
        *("stated", "surname", "test"),
    ]
)
"""Words that say nothing of a name where two or more stand together: not stated, test child."""
_BESIDE = frozenset(
    [
        *(
            "1st",
            "2nd",
            "3rd",
            "a",
            "and",
            "b",
            "be",
            "c",
            "family",
            "first",
            "i",
            "ii",
            "iii",
            "last",
            "na",
            "no",
            "of",
        ),
        *("one", "son", "to", "two", "yet"),
    ]
)
"""Words that are no name beside one of the others: twin a, to be confirmed."""
_OF_SOMEBODY = re.compile(r"\s*((baby|boy|daughter|girl|infant|son|triplet|twin)\s+of|b\s*/\s*o)\b", re.IGNORECASE)
"""Baby of Mary, B/O Mary: a newborn without a name."""
_ABBREVIATED = re.compile(r"\s*n\s*[/.\\]\s*[ak]\.?\s*", re.IGNORECASE)
"""N/A and N/K, which are no names as Na is."""

_NO_ADDRESS = frozenset(
    [
        *("address unknown", "address withheld", "confidential", "homeless", "n a", "n k", "na", "nfa", "nk"),
        *("no abode", "no address", "no fixed abode", "no fixed address", "no permanent address", "none", "not known"),
        *("not provided", "not recorded", "not stated", "of no fixed abode", "overseas", "refuge", "rough sleeper"),
        *("tba", "tbc", "to be confirmed", "unknown", "unknown address", "withheld"),
    ]
)
_TITLES = frozenset({"dr", "miss", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "sir"})
_KIN = frozenset(
    [
        *(
            "adoptive",
            "and",
            "aunt",
            "auntie",
            "aunty",
            "birth",
            "brother",
            "carer",
            "carers",
            "contact",
            "dad",
            "daddy",
        ),
        *("emergency", "father", "foster", "gran", "grandad", "granddad", "grandfather", "grandma", "grandmother"),
        *("grandparent", "grandparents", "guardian", "kin", "legal", "mam", "mom", "mother", "mum", "mummy", "nan"),
        *("nanny", "next", "of", "parent", "parents", "partner", "s", "sister", "social", "step", "stepdad"),
        *("stepfather", "stepmother", "stepmum", "the", "uncle", "worker"),
    ]
)
"""Words that say what somebody is to the child, not who."""
_NO_MAILBOX = frozenset(
    [
        *(
            "anon",
            "donotreply",
            "email",
            "mail",
            "na",
            "nil",
            "nk",
            "no",
            "nobody",
            "noemail",
            "nomail",
            "none",
            "noone",
        ),
        *(
            "noreply",
            "notapplicable",
            "notgiven",
            "notknown",
            "notprovided",
            "null",
            "test",
            "unknown",
            "x",
            "xx",
            "xxx",
        ),
    ]
)
_NO_MAIL_DOMAIN = frozenset({"na", "noemail", "nomail", "none", "noreply", "nowhere", "null", "unknown"})
_PSEUDO_POSTCODE = re.compile(r"ZZ99\d[A-Z]{2}")
"""The pseudo-postcodes of the NHS: ZZ99 3VZ, no fixed abode; ZZ99 3WZ, not known; others for abroad."""
_EQUAL_DIGITS, _DIGITS_IN_A_ROW = 6, 8


def known_given_name(name: str | None) -> str:
    """A given name, normalised; empty where it is written for an unknown one, or for none (-, FNU)."""
    return "" if _OF_SOMEBODY.match(name or "") else _known_name(name, _NO_GIVEN_NAME)


def known_family_name(name: str | None) -> str:
    """A family name, normalised; empty where it is written for an unknown one, or for none (., LNU)."""
    return _known_name(name, _NO_FAMILY_NAME)


def known_person(name: str | None, family_name: str) -> str:
    """Somebody's name, normalised, without title; empty where it says less than who: Mum, Unknown, Mrs Orrell.

    `family_name` is the child's, normalised.
    """
    words = _known_name(name, _UNKNOWN).split()
    named = [word for word in words if word not in _TITLES]
    if _KIN.issuperset(named) or (len(named) < len(words) and " ".join(named) == family_name):
        return ""
    return " ".join(named)


def known_lines(lines: Iterable[str]) -> str:
    """The lines of an address, normalised, a comma between them; without those that say that there is none."""
    return ", ".join(line for each in lines if (line := latin_name(each)) not in _NO_ADDRESS and _is_written(line))


def known_postcode(postcode: str) -> str:
    """A normalised postcode; empty where it is a pseudo-postcode, or has no digit but nought."""
    is_pseudo = _PSEUDO_POSTCODE.fullmatch(postcode) or not any(digit in postcode for digit in "123456789")
    return "" if is_pseudo else postcode


def known_phone(phone: str | None) -> str:
    """The last ten digits of a telephone number; empty where it is nobody's: 00000 000000, 01234 567890."""
    digits = re.sub(r"\D", "", phone or "")
    return "" if len(digits) < 6 or _is_dummy(digits) else digits[-10:]


def known_email(email: str | None) -> str:
    """An e-mail address in small letters; empty where it is nobody's."""
    address = (email or "").strip().casefold()
    mailbox, _, domain = address.rpartition("@")
    letters = re.sub(r"[^a-z]", "", mailbox)
    return "" if not mailbox or letters in _NO_MAILBOX or domain.partition(".")[0] in _NO_MAIL_DOMAIN else address


def is_nobodys_number(number: str) -> bool:
    """Whether a number of equal digits stands for an unknown one, although it passes the check."""
    return len(set(number)) == 1


@lru_cache(maxsize=16_384)
def _known_name(name: str | None, words_for_none: frozenset[str]) -> str:
    if not name or _ABBREVIATED.fullmatch(name):
        return ""
    latin = latin_name(name)
    words = latin.split()
    if not _is_written(latin) or (len(latin) > 1 and set(latin) == {"x"}):
        return ""
    telling = [word for word in words if word not in _BESIDE and not word.isdigit()]
    is_about = len(words) > 1 and _ABOUT_A_NAME | words_for_none
    if words_for_none.issuperset(telling) or (is_about and is_about.issuperset(telling)):
        return latin if telling == [] and words[0] in _BESIDE else ""
    return latin


def _is_written(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_dummy(digits: str) -> bool:
    """Whether so many of the digits are equal, or in a row, that nobody was given the number."""
    for at in range(len(digits)):
        if len(set(digits[at : at + _EQUAL_DIGITS])) == 1 and at + _EQUAL_DIGITS <= len(digits):
            return True
        run = digits[at : at + _DIGITS_IN_A_ROW]
        if len(run) == _DIGITS_IN_A_ROW and (run in _UP or run in _DOWN):
            return True
    return False


_UP = "01234567890"
_DOWN = _UP[::-1]
