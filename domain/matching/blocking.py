"""Blocking: the keys by which records that might be one child are found, so that not every pair has to be compared.

A record has several keys, so that a mistake in any field leaves some of them correct. A block, the records of one key,
is used only while it holds at most MOST_IN_A_BLOCK records. A key of a common value has finer ones beside it, of that
value and another: in a small directory the sound of a name, or a birthday alone, is enough to find records, and where
too many share it, its finer keys still work.

A record with a number or a carer's telephone is found by that. One that has neither is sparse: any two of its few
values may be wrong at once, so it has coarse keys, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from jellyfish import metaphone

from domain.matching.features import Features, Home, Name
from domain.matching.shared import contact_key, home_key

MOST_IN_A_BLOCK = 100
MOST_CHILDREN = 16
"""Children that one record is compared with, of all found: those whose shared keys weigh most."""
MOST_HIDDEN = 8
"""Hidden children that are compared in addition, for the queue of their custodians; they displace no other child."""
KEY_WEIGHT = 1_000
"""The weight of a key that a single record has; it is divided by the number of records that share the key."""
_NAMES, _HOMES, _CONTACTS = 3, 3, 4
"""How many of each, the current ones first, make keys."""


def likeliest(weights: Mapping[str, int], most: int = MOST_CHILDREN) -> list[str]:
    """The children to compare a record with, by the weight of the keys that each shares with it."""
    return [child for child, _ in sorted(weights.items(), key=lambda one: (-one[1], one[0]))[:most]]


def blocking_keys(features: Features) -> list[str]:
    """The keys of a record, each once: a letter for the kind of key, then its facts."""
    keys: dict[str, None] = {}
    born = features.date_of_birth or ""
    keys |= dict.fromkeys(f"n{number}" for number in (features.nhs_number, *features.former_nhs_numbers) if number)
    keys |= dict.fromkeys(f"u{number}" for number in (features.upn, *features.former_upns) if number)
    keys |= dict.fromkeys(map(contact_key, features.contacts[:_CONTACTS]))
    names, homes = features.names[:_NAMES], features.homes[:_HOMES]
    keys |= dict.fromkeys(home_key(home) for home in homes if home[1])
    is_sparse = not (features.contacts or features.nhs_number or features.upn)
    for name in names:
        keys |= dict.fromkeys(_of_name(name, born, homes))
        if is_sparse:
            keys |= dict.fromkeys(_of_sparse_name(name, born, homes))
    if is_sparse:
        keys |= dict.fromkeys(_of_sparse_homes(born, names, homes))
    return list(keys)


def _of_name(name: Name, born: str, homes: Sequence[Home]) -> Iterable[str]:
    """A name with a birthday, a name with a home, and a whole name with the years about that of birth."""
    sounds = _sounds(name)
    if len(sounds) == 2:
        both = "".join(sounds)
        yield from (f"y{both}{window}" for window in _windows(int(born[:4]))) if born else ("z" + both,)
    for code in sounds:
        if born:
            yield f"d{born}{code}"
        for postcode, lines in homes:
            if postcode:
                yield f"p{postcode}{code[:2]}"
            if lines:
                yield f"a{_place(lines)}{code[:2]}"


def _of_sparse_name(name: Name, born: str, homes: Sequence[Home]) -> Iterable[str]:
    """Each part of a name alone, and with the year of birth, the postcode's area, or the other part's initial."""
    sounds = _sounds(name)
    if len(sounds) == 2:
        yield "z" + "".join(sounds)
        for one, other in (sounds, sounds[::-1]):
            yield f"f{one}.{other[0]}"
        if born:
            yield f"i{born[:7]}{sounds[0][0]}{sounds[1][0]}"
    for code in sounds:
        yield "w" + code
        if born:
            yield f"v{code}{born[:4]}"
            yield f"m{code}{born[5:]}"
        yield from (f"h{postcode[:2]}{code}" for postcode, _ in homes if postcode)


def _of_sparse_homes(born: str, names: Sequence[Name], homes: Sequence[Home]) -> Iterable[str]:
    """The birthday and the home alone, and each with a part of what else is known."""
    if born and names:
        yield "b" + born
    for postcode, lines in homes:
        if postcode:
            yield "r" + postcode[:-2]
            if born:
                yield f"q{postcode}{born[:4]}"
                yield f"o{postcode[:2]}{born}"
        if lines:
            yield "l" + _place(lines)
            yield f"s{_street(lines)}{sound(names[0][1]) if names else ''}"
            if born:
                yield f"k{_place(lines)}{born[:4]}"


def _sounds(name: Name) -> list[str]:
    return sorted(code for part in name if (code := sound(part)))


def _windows(year: int) -> tuple[str, str]:
    """The two spans of four years that a year is in; years that are two apart at most have a span in common."""
    return f"{year // 4}", f"/{(year + 2) // 4}"


@lru_cache(maxsize=8_192)
def sound(name: str) -> str:
    """How the first word of a name sounds, roughly; the word itself where it is short or not of letters."""
    return sound_of_word(name.partition(" ")[0])


def sound_of_word(word: str) -> str:
    """As `sound`, of one word; not remembered, for words that come up once."""
    return metaphone(word)[:4] or word[:4]


def _place(lines: str) -> str:
    """House number and the sound of the street's first word."""
    number, _, rest = lines.replace(",", "").partition(" ")
    return number + sound(rest) if any(map(str.isdigit, number)) else sound(lines)


def _street(lines: str) -> str:
    """The sounds of the street's first word and of the last word, most often the town's."""
    number, _, rest = lines.replace(",", "").partition(" ")
    return sound(rest if any(map(str.isdigit, number)) else lines) + sound(lines.rpartition(" ")[2])[:2]
