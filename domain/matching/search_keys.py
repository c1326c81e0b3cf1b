"""The keys under which a record can be found, and the keys that a search looks up.

Each key joins two criteria of a search, so that few children share it however many there are. A record has few keys,
for each is a place in an index; a search has many: all that the record would have if a letter or digit were off.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache, partial
from typing import NamedTuple

from domain.matching.blocking import sound, sound_of_word
from domain.matching.features import Features
from domain.matching.search_variants import close_dates, close_postcodes, close_words, consonants, has_no_vowels

_RECORDED_WORDS, _SEARCHED_WORDS = 10, 3
"""How many words of a name make keys: any word of a recorded name finds it, and a search need not have them all."""


class Keys(NamedTuple):
    """What a search looks up: first the keys of records that agree, then of those that agree closely."""

    exact: frozenset[str]
    wide: frozenset[str]


def search_keys(features: Features) -> list[str]:
    """The keys of a record, each once: a letter for the kind of key, then its facts."""
    keys = _of_identifiers(features)
    born = features.date_of_birth
    days = [born] if born else []
    if born and features.estimated:
        days += [_about(int(born[:4]) + off) for off in (-1, 0, 1)]
    postcodes = [postcode for postcode, _ in features.homes if postcode]
    for given, family in features.names:
        given_sounds, family_sounds = _recorded_sounds(given), _recorded_sounds(family)
        keys += _of_names(given_sounds or family_sounds, family_sounds or given_sounds)
        for code in (*given_sounds, *family_sounds):
            keys += [f"d{day}{code}" for day in days]
            keys += [f"p{postcode}{code}" for postcode in postcodes]
    if born:
        keys += [f"q{postcode}{born[:4]}" for postcode in postcodes]
    return list(dict.fromkeys(keys))


def query_keys(criteria: Features, nicknames: Collection[str]) -> Keys:
    """The keys that criteria look up; `nicknames` are alternatives to the given name.

    Up to two of the criteria may be off as long as one is right. With more criteria fewer variants are looked up.
    """
    given, family = (_names(name) for name in (criteria.names[0] if criteria.names else ("", "")))
    given = _Values.of(given.exact, given.close.union(map(sound, nicknames)))
    names = _Values.of(given.exact | family.exact, given.close | family.close)
    days, years = _days(criteria.date_of_birth, closely=not (given.exact and family.exact))
    postcodes = _postcodes(criteria.homes[0][0] if criteria.homes else "")
    given_criteria = [values for values in (given, family, days, postcodes) if values.exact]
    if len(given_criteria) > 2:
        postcodes, years = postcodes.exactly(), years.exactly()
    if len(given_criteria) > 3:
        names = names.exactly()
    pairs = [given.joined("z", family), days.joined("d", names), postcodes.joined("p", names)]
    pairs.append(postcodes.joined("q", years))
    exact = frozenset(_of_identifiers(criteria)).union(*(keys.exact for keys in pairs))
    return Keys(exact, frozenset[str]().union(*(keys.wide for keys in pairs)) - exact)


class _Values(NamedTuple):
    """The values of a criterion that agree, and others that agree closely."""

    exact: frozenset[str]
    close: frozenset[str]

    @classmethod
    def of(cls, exact: Iterable[str], close: Iterable[str]) -> "_Values":
        agreeing = frozenset(exact)
        return cls(agreeing, frozenset(close) - agreeing)

    def exactly(self) -> "_Values":
        """Without those that agree closely."""
        return _Values(self.exact, frozenset())

    def joined(self, kind: str, others: "_Values") -> Keys:
        """Keys of two criteria; in the wide ones one of the two is off."""
        join = _of_names if kind == "z" else partial(_of_pairs, kind)
        wide = [*join(self.close, others.exact), *join(self.exact, others.close)]
        return Keys(frozenset(join(self.exact, others.exact)), frozenset(wide))


def _of_identifiers(features: Features) -> list[str]:
    numbers = ("n", features.nhs_number), ("u", features.upn)
    return [kind + number for kind, number in numbers if number]


def _of_names(given: Iterable[str], family: Collection[str]) -> list[str]:
    """Both sounds of a name; the order does not count, for names are swapped. A single name is both, as if doubled."""
    return [f"z{one} {other}" if one <= other else f"z{other} {one}" for one in given for other in family]


def _of_pairs(kind: str, some: Iterable[str], others: Iterable[str]) -> list[str]:
    """Each of some values beside each of the others."""
    return [kind + one + other for one in some for other in others]


@lru_cache(maxsize=65_536)
def _recorded_sounds(name: str) -> tuple[str, ...]:
    """The sounds of a name's words; one that was written without vowels is found by its consonants too."""
    sounds: dict[str, None] = {}
    for word in _words(name, _RECORDED_WORDS):
        sounds[sound(word)] = None
        if has_no_vowels(word):
            sounds[_without_vowels(word)] = None
    return tuple(sounds)


def _names(name: str) -> _Values:
    words = _words(name, _SEARCHED_WORDS)
    exact = {sound(word) for word in words} | {_without_vowels(word) for word in words}
    return _Values.of(exact, frozenset[str]().union(*map(_close_sounds, words)))


def _words(name: str, most: int) -> list[str]:
    """The first words of a name, and the one that all make together: Al Hassan, Alhassan."""
    words = name.split()
    return [*words[:most], "".join(words)] if len(words) > 1 else words


def _without_vowels(word: str) -> str:
    return "-" + consonants(word)


@lru_cache(maxsize=16_384)
def _close_sounds(word: str) -> tuple[str, ...]:
    """Each sound once; all words share the few texts that there are, so that many words can be remembered."""
    return tuple(map(_shared, set(map(sound_of_word, close_words(word)))))


@lru_cache(maxsize=65_536)
def _shared(code: str) -> str:
    return code


def _days(born: str | None, *, closely: bool) -> tuple[_Values, _Values]:
    """Days of birth and their years; with both names, and so three criteria, none that only agree closely."""
    if born is None:
        return _Values.of((), ()), _Values.of((), ())
    close = list(close_dates(born)) if closely else []
    return _Values.of((born, _about(int(born[:4]))), close), _Values.of([born[:4]], (day[:4] for day in close))


def _about(year: int) -> str:
    """The key of a year of birth, in place of an estimated day."""
    return f"{year:04}~"


def _postcodes(postcode: str) -> _Values:
    return _Values.of((postcode,), close_postcodes(postcode)) if postcode else _Values.of((), ())
