"""Placeholders for unknown values, field by field: they are no evidence, however many records have them in common.

A word alone proves little: Son, Child, Na, Test and Male are names of people, too. So each field has its own rules, and
a word that may be a name counts as one unless all other words beside it are placeholders as well.
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
_RELATED = frozenset(
    [
        *("aunt", "brother", "father", "grandchild", "granddaughter", "grandfather", "grandmother"),
        *("grandson", "husband", "mother", "nephew", "niece", "sibling", "sister", "spouse", "stepbrother"),
        *("stepchild", "stepdaughter", "stepsister", "stepson", "uncle", "wife"),
    ]
)
"""Words that say what somebody is to the head of a household; some are family names."""
_NO_GIVEN_NAME = _UNKNOWN | _RELATED | {"boy", "daughter", "female", "fnu", "girl", "nfn", "triplet", "twin"}
_NO_FAMILY_NAME = _UNKNOWN | {"lnu", "fnu", "nln"}
_ABOUT_A_NAME = frozenset(
    [
        *("child", "confirmed", "given", "known", "male", "name", "named", "not", "patient", "provided", "recorded"),
        *("stated", "surname", "test"),
    ]
)
"""Words that are a placeholder where two or more stand together: not stated, test child."""
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
_SOMEBODYS = re.compile(r"\w+['’]s\b")
_OF_SOMEBODY = re.compile(r"\s*((baby|boy|daughter|girl|infant|son|triplet|twin)\s+of|b\s*/\s*o)\b", re.IGNORECASE)
"""Baby of Mary, B/O Mary: a newborn without a name."""
_ABBREVIATED = re.compile(r"\s*n\s*[/.\\]\s*[ak]\.?\s*", re.IGNORECASE)
"""N/A and N/K, which are no names as Na is."""

_NO_ADDRESS = frozenset(
    [
        *("abroad", "address not known", "address restricted", "address unknown", "address withheld", "as above"),
        *("co council", "co social services", "confidential", "foster care", "gone away", "homeless", "hospital"),
        *("hostel", "hotel", "in care", "moved", "moved away", "n a", "n k", "na", "nfa", "nil", "nk", "no abode"),
        *("no address", "no fixed abode", "no fixed address", "no known address", "no permanent address", "none"),
        *("not applicable", "not disclosed", "not known", "not provided", "not recorded", "not stated"),
        *("of no fixed abode", "overseas", "protected", "protected address", "refuge", "restricted", "rough sleeper"),
        *("same", "same address", "same as above", "same as mother", "see above", "see notes", "sofa surfing", "tba"),
        *("tbc", "temporary accommodation", "to be confirmed", "unknown", "unknown address", "withheld"),
    ]
)
_TITLES = frozenset({"dr", "miss", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "sir"})
_NOBODY = (
    _UNKNOWN
    | _ABOUT_A_NAME
    | frozenset(
        [
            *("adoptive", "and", "aunt", "auntie", "aunty", "birth", "both", "boyfriend", "brother", "carer", "carers"),
            *("cousin", "dad", "daddy", "dads", "emergency", "ex", "father", "fathers", "foster", "friend", "gran"),
            *("girlfriend", "grandad", "granddad", "grandfather", "grandma", "grandmother", "grandparent"),
            *("grandparents", "great", "guardian", "guardians", "husband", "kin", "legal", "lone", "mam", "mom"),
            *("mother", "mothers", "mum", "mummy", "mums", "nan", "nanny", "neighbour", "next", "of", "parent"),
            *("parentcarer", "parents", "partner", "s", "single", "sister", "step", "stepdad", "stepfather"),
            *("stepmother", "stepmum", "the", "uncle", "wife"),
            *("authority", "care", "case", "childminder", "childrens", "clinic", "corporate", "council", "court"),
            *("department", "duty", "health", "hospital", "home", "hv", "key", "la", "lac", "local", "manager"),
            *("nursery", "nurse", "office", "officer", "safeguarding", "school", "service", "services", "social"),
            *("sw", "team", "visitor", "ward", "worker"),
            *("above", "applicable", "as", "contact", "deceased", "late", "n", "na", "nil", "no", "notes", "other"),
            *("same", "see"),
        ]
    )
)
"""Words for what somebody is to the child, or for nobody, but not for who it is."""
_OF_AN_OFFICE = frozenset(
    [
        *("authority", "childminder", "childrens", "clinic", "council", "court", "department", "doctor", "duty", "gp"),
        *("headteacher", "health", "hospital", "hv", "interpreter", "manager", "midwife", "nursery", "nurse", "office"),
        *("officer", "police", "practitioner", "professional", "reception", "receptionist", "safeguarding", "school"),
        *("secretary", "service", "services", "social", "solicitor", "surgery", "sw", "teacher", "team", "visitor"),
        *("ward", "worker"),
    ]
)
"""Words for somebody who cares for many children by profession."""
_OF_ONE_CHILD_TOO = frozenset({"court", "health", "interpreter", "nurse", "school", "ward"})
"""Those that also occur beside a relationship to one child: father by court order, interpreter required."""
_NAMES_TOO = frozenset({"court", "nurse", "officer", "ward"})
"""Those that are family names."""
_KIN = frozenset(
    [
        *("aunt", "auntie", "aunty", "brother", "cousin", "dad", "daddy", "father", "gran", "grandad", "granddad"),
        *("grandfather", "grandma", "grandmother", "grandparent", "grandparents", "husband", "mam", "mom", "mother"),
        *("mum", "mummy", "nan", "parent", "parents", "partner", "sister", "stepdad", "stepfather", "stepmother"),
        *("stepmum", "uncle", "wife"),
    ]
)
_NO_MAILBOX = frozenset(
    [
        *("abc", "admin", "anon", "carer", "contact", "dad", "declined", "dummy", "email", "enquiries", "father"),
        *("guardian", "info", "mail", "mother", "mum", "na", "nil", "nk", "no", "nobody", "nomail", "none", "noone"),
        *("notapplicable", "notknown", "null", "office", "parent", "parents", "reception", "refused", "school"),
        *("secretary", "tba", "tbc", "test", "unavailable", "webmaster"),
    ]
)
_NO_MAILBOX_BEGINS = ("donotreply", "noemail", "noreply", "notgiven", "notprovided", "unknown")
_NO_MAIL_DOMAIN = frozenset({"na", "noemail", "nomail", "none", "noreply", "nowhere", "null", "unknown"})
_PSEUDO_POSTCODE = re.compile(r"ZZ99\d[A-Z]{2}")
"""The pseudo-postcodes of the NHS: ZZ99 3VZ, no fixed abode; ZZ99 3WZ, not known; others for abroad."""
_AREA = re.compile("[A-Z]+")
_NO_AREAS = frozenset({"A", "AA", "X", "XX"})
_IN_A_ROW = ("ABC", "ABCD", "ABAB", "XYZ")
_SHORTEST_POSTCODE = 5
"""Characters."""
_EQUAL_DIGITS, _DIGITS_IN_A_ROW = 6, 8
_NO_DIGIT, _NO_LETTER, _COUNTING_DIGIT = re.compile(r"\D"), re.compile("[^A-Z]"), re.compile("[1-9]")


def known_given_name(name: str | None) -> str:
    """A given name, normalised; empty where it is written for an unknown one, or for none (-, FNU)."""
    return "" if _OF_SOMEBODY.match(name or "") else _known_name(name, _NO_GIVEN_NAME)


def known_family_name(name: str | None) -> str:
    """A family name, normalised; empty where it is written for an unknown one, or for none (., LNU)."""
    return _known_name(name, _NO_FAMILY_NAME)


def known_person(name: str | None, family_name: str) -> str:
    """Somebody's name, normalised, without title; empty where it does not identify the person: Mum, Mrs Orrell.

    `family_name` is the child's, normalised.
    """
    words = _known_name(name.replace("/", " "), _UNKNOWN).split() if name and not _ABBREVIATED.fullmatch(name) else []
    named = [word for word in words if word not in _TITLES]
    distinctive = [word for word in named if not word.isdigit()]
    if _NOBODY.issuperset(distinctive) or (len(named) < len(words) and " ".join(named) == family_name):
        return ""
    return " ".join(named)


def cares_for_many(name: str | None, relationship: str | None) -> bool:
    """Whether a carer is an office or somebody who works in one, by the name and the relationship as written.

    A parent never is, whatever else is written.
    """
    called = _words(name)
    if (
        not called.isdisjoint(_OF_AN_OFFICE)
        and (_NOBODY | _OF_AN_OFFICE).issuperset(called)
        and not _is_kin(name, _KIN)
        and not (len(called) == 1 and called <= _NAMES_TOO)
    ):
        return True
    return _is_relation_of_many(relationship)


@lru_cache(maxsize=1_024)
def _is_relation_of_many(relationship: str | None) -> bool:
    """Whether a relationship as written is one to many children; cached, for few words occur again and again."""
    if _is_kin(relationship, _KIN | {"foster"}):
        return False
    related = _words(relationship)
    return bool(related) and (not related.isdisjoint(_OF_AN_OFFICE - _OF_ONE_CHILD_TOO) or related <= _OF_AN_OFFICE)


def _is_kin(written: str | None, kin: frozenset[str]) -> bool:
    """Whether one of the words is of kin; somebody of theirs, such as a mother's social worker, is not."""
    return not kin.isdisjoint(_words(_SOMEBODYS.sub("", written or "")))


def _words(written: str | None) -> set[str]:
    """The words of a name or relationship as written, without titles."""
    return set(latin_name((written or "").replace("/", " ")).split()) - _TITLES


def known_lines(lines: Iterable[str]) -> str:
    """The lines of an address, normalised, a comma between them; without placeholders."""
    return ", ".join(line for each in lines if (line := latin_name(each)) not in _NO_ADDRESS and _is_written(line))


def known_postcode(postcode: str) -> str:
    """A normalised postcode; empty where it is a pseudo-postcode (ZZ99 3VZ), made up (AA1 1AA) or a part of one."""
    letters = _NO_LETTER.sub("", postcode)
    is_pseudo = (
        is_part_of_a_postcode(postcode)
        or _PSEUDO_POSTCODE.fullmatch(postcode)
        or not _COUNTING_DIGIT.search(postcode)
        or (len(letters) > 1 and len(set(letters)) == 1)
        or letters in _IN_A_ROW
        or (_AREA.match(postcode) or [""])[0] in _NO_AREAS
    )
    return "" if is_pseudo else postcode


def is_part_of_a_postcode(postcode: str) -> bool:
    """Whether a normalised postcode is its first half or less: a district, in which thousands live."""
    return len(postcode) < _SHORTEST_POSTCODE and any(map(str.isalpha, postcode))


def known_phone(phone: str | None) -> str:
    """The last ten digits of a telephone number; empty where it is nobody's: 00000 000000, 01234 567890."""
    digits = _NO_DIGIT.sub("", phone or "")
    return "" if len(digits) < 6 or _DUMMY.search(digits) else digits[-10:]


def known_email(email: str | None) -> str:
    """An e-mail address in small letters; empty where it is nobody's: none@none, test@example.org, office@school.uk."""
    if not email:
        return ""
    address = email.strip().casefold()
    mailbox, _, domain = address.rpartition("@")
    letters, host = re.sub(r"[^a-z]", "", mailbox), domain.partition(".")[0]
    is_nobodys = (
        not mailbox
        or "." not in domain
        or host in _NO_MAIL_DOMAIN
        or mailbox == host
        or letters in _NO_MAILBOX
        or letters.startswith(_NO_MAILBOX_BEGINS)
        or len(set(letters)) == 1
    )
    return "" if is_nobodys else address


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
    distinctive = [word for word in words if word not in _BESIDE and not word.isdigit()]
    is_about = len(words) > 1 and _ABOUT_A_NAME | words_for_none
    if words_for_none.issuperset(distinctive) or (is_about and is_about.issuperset(distinctive)):
        return latin if distinctive == [] and words[0] in _BESIDE else ""
    return latin


def _is_written(text: str) -> bool:
    return any(map(str.isalnum, text))


_UP = "01234567890"
_RUNS = [row[at : at + _DIGITS_IN_A_ROW] for row in (_UP, _UP[::-1]) for at in range(len(_UP) - _DIGITS_IN_A_ROW + 1)]
_DUMMY = re.compile(rf"(\d)\1{{{_EQUAL_DIGITS - 1}}}|{'|'.join(_RUNS)}")
"""So many digits that are equal, or in a row, that nobody was given the number."""
