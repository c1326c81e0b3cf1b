"""How far two values of one field agree: each measure gives the name of a level, never a value.

The levels are those of `matcher.yaml`, which has the weight of each.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from jellyfish import metaphone
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from domain.matching.features import Home

ABSENT, SAME, DIFFERS = "absent", "same", "differs"
CLOSE, SIMILAR, PART, INITIAL, SWAPPED = "close", "similar", "part", "initial", "swapped"

_CLOSE_NAMES = 0.93
_SIMILAR_NAMES = 0.86
_SHORT_NAME = 3
"""Letters of a name of which each letter makes another one."""
_SAME_LINES, _SIMILAR_LINES, _PART_OF_LINES = 93, 75, 60
NEAR_DAYS = 10
"""Dates so far apart at most are near."""
GENERATION = 14
"""Years by which parents are older than their children: so far apart two dates are not one mistyped."""


@lru_cache(maxsize=65_536)
def compare_names(one: str, other: str) -> str:
    """Levels same, part, initial, close, similar, differs, absent of two normalised names."""
    if one == other:
        return SAME if one else ABSENT
    if not one or not other:
        return ABSENT
    joined, other_joined = one.replace(" ", ""), other.replace(" ", "")
    if joined == other_joined:
        return SAME
    words, other_words = one.split(), other.split()
    if set(words) <= set(other_words) or set(other_words) <= set(words) or _is_short_for(words[0], other_words[0]):
        return PART
    if min(len(joined), len(other_joined)) == 1:
        return INITIAL if joined[0] == other_joined[0] else DIFFERS
    distance = OSA.distance(joined, other_joined)
    shorter = min(len(joined), len(other_joined))
    if (distance == 1 and shorter > 2) or JaroWinkler.similarity(joined, other_joined) >= _CLOSE_NAMES:
        return CLOSE
    if _are_similar(words[0], other_words[0]) or (distance <= 2 and shorter >= 6):
        return SIMILAR
    return PART if any(len(word) > 2 for word in set(words).intersection(other_words)) else DIFFERS


@lru_cache(maxsize=65_536)
def compare_given_names(one: str, other: str) -> str:
    """As compare_names, but what distinguishes twins is at most similar: Jayden and Kayden, Ava and Ada, Lily Mae and
    Lily Rose.

    Where one has second names and the other has none, their first names are compared.
    """
    level = compare_names(one, other)
    if level in (SIMILAR, DIFFERS) and (" " in one) != (" " in other):
        first, other_first = one.partition(" ")[0], other.partition(" ")[0]
        level = CLOSE if compare_names(first, other_first) == CLOSE else level
    if level == CLOSE and (one[0] != other[0] or _are_short_and_two(one, other)):
        return SIMILAR
    if level in (CLOSE, PART) and (differ_in_second_names(one, other) or _differ_in_first_names(one, other)):
        return SIMILAR
    return level


def differ_in_second_names(one: str, other: str) -> bool:
    """Whether each has second names, and none of them agrees with any name of the other."""
    words, others = one.split(), other.split()
    if len(words) < 2 or len(others) < 2 or set(words[1:]) & set(others) or set(others[1:]) & set(words):
        return False
    return all(compare_names(word, second) in (DIFFERS, SIMILAR) for word in words[1:] for second in others[1:])


def _differ_in_first_names(one: str, other: str) -> bool:
    """Whether it is only in second names that they agree: Gurpreet Singh and Harpreet Singh."""
    words, others = one.split(), other.split()
    if words[0] in others or others[0] in words:
        return False
    return len(words) > 1 and len(others) > 1 and compare_names(words[0], others[0]) in (DIFFERS, SIMILAR)


def _is_short_for(word: str, other: str) -> bool:
    """Whether one is the same as the other, or how it begins or ends, as Beth and Etta are of Bethan and Henrietta."""
    short, long = sorted((word, other), key=len)
    return short == long or (len(short) > 2 and (long.startswith(short) or long.endswith(short)))


def _are_short_and_two(name: str, other: str) -> bool:
    """Whether both are so short that one letter makes another name; the same letters turned about are mistyped."""
    return len(name) == len(other) == _SHORT_NAME and sorted(name) != sorted(other)


def _are_similar(word: str, other: str) -> bool:
    sound = metaphone(word)
    return (len(sound) > 1 and sound == metaphone(other)) or JaroWinkler.similarity(word, other) >= _SIMILAR_NAMES


@lru_cache(maxsize=32_768)
def compare_dates(one: str, other: str) -> str:
    """Levels same, swapped (day and month), typing (one digit or two neighbours), near, placeholder, differs.

    Both are ISO dates; one of 1 January, a placeholder for an unknown day, agrees with its year as `placeholder`.
    """
    if one == other:
        return "placeholder" if one.endswith("-01-01") else SAME
    if one[:4] == other[:4] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return SWAPPED
    if one[:4] == other[:4] and "-01-01" in (one[4:], other[4:]):
        return "placeholder"
    if abs(int(one[:4]) - int(other[:4])) >= GENERATION:
        return DIFFERS
    if OSA.distance(one, other) == 1:
        return "typing"
    days = abs(date.fromisoformat(one).toordinal() - date.fromisoformat(other).toordinal())
    if days <= NEAR_DAYS or one[4:] == other[4:]:
        return "near"
    return DIFFERS


def compare_estimated_dates(one: str, other: str) -> str:
    """Levels estimated (a year apart at most) and differs, where one of two dates of birth is an estimate."""
    return "estimated" if abs(int(one[:4]) - int(other[:4])) <= 1 else DIFFERS


@lru_cache(maxsize=16_384)
def compare_postcodes(one: str, other: str) -> str:
    """Levels same, close (one character, or two that changed places), differs, absent."""
    if not one or not other:
        return ABSENT
    if one == other:
        return SAME
    return CLOSE if OSA.distance(one, other, score_cutoff=1) == 1 else DIFFERS


@lru_cache(maxsize=32_768)
def compare_lines(one: str, other: str) -> str:
    """Levels same, similar, part, differs, absent of the lines of two addresses; their order does not count."""
    if not one or not other:
        return ABSENT
    if one == other:
        return SAME
    one, other = one.replace(",", ""), other.replace(",", "")
    if _number(one) != _number(other) and _number(one) and _number(other):
        similar = fuzz.token_sort_ratio(one, other)
        return SIMILAR if similar >= _SAME_LINES else PART if similar >= _SIMILAR_LINES else DIFFERS
    similar = max(fuzz.token_set_ratio(one, other), fuzz.token_sort_ratio(one, other))
    if similar >= _SAME_LINES:
        return SAME
    return SIMILAR if similar >= _SIMILAR_LINES else PART if similar >= _PART_OF_LINES else DIFFERS


def _number(lines: str) -> str:
    """The first word with a digit: most often the number of the house."""
    return next((word for word in lines.split() if any(map(str.isdigit, word))), "")


def compare_people(some: Sequence[str], others: Sequence[str]) -> str:
    """Levels same, similar, differs, absent of two lists of names: how far any two of them agree."""
    if not some or not others:
        return ABSENT
    if not set(some).isdisjoint(others):
        return SAME
    close = any(OSA.distance(one, other, score_cutoff=1) == 1 for one in some for other in others)
    return SIMILAR if close else DIFFERS


def compare_sets(some: Sequence[str], others: Sequence[str]) -> str:
    """Levels same (one in common), differs, absent."""
    if not some or not others:
        return ABSENT
    return DIFFERS if set(some).isdisjoint(others) else SAME


def compare_values(one: str | None, other: str | None) -> str:
    """Levels same, differs, absent."""
    if not one or not other:
        return ABSENT
    return SAME if one == other else DIFFERS


def compare_numbers(one: str | None, former: Sequence[str], other: str | None, other_former: Sequence[str]) -> str:
    """Levels same, differs, absent of two numbers and those before them: one that superseded the other is the same."""
    if one and one == other:
        return SAME
    if former or other_former:
        held, other_held = {*former, one}, {*other_former, other}
        if (held & other_held) - {None}:
            return SAME
    return DIFFERS if one and other else ABSENT


def compare_upns(one: str | None, former: Sequence[str], other: str | None, other_former: Sequence[str]) -> str:
    """As compare_numbers; a temporary UPN that differs is no evidence: its pupil has a permanent one, or gets one."""
    level = compare_numbers(one, former, other, other_former)
    return ABSENT if level == DIFFERS and (_is_temporary(one) or _is_temporary(other)) else level


def _is_temporary(upn: str | None) -> bool:
    return upn is not None and upn[-1:].isalpha()


def compare_homes(some: Sequence[Home], others: Sequence[Home]) -> tuple[str, str]:
    """The levels of postcode and lines of the two homes that agree best, past ones too, in whatever order."""
    best = _NOT_COMPARED
    for postcode, lines in some:
        for other_postcode, other_lines in others:
            levels = _compare_home(postcode, lines, other_postcode, other_lines)
            if levels == (SAME, SAME):
                return levels
            if best == _NOT_COMPARED or (levels != _NOT_COMPARED and _disagreement(levels) < _disagreement(best)):
                best = levels
    return best


def _compare_home(postcode: str, lines: str, other_postcode: str, other_lines: str) -> tuple[str, str]:
    """The levels of postcode and lines, which agree only within a postcode or town: every town has a High Street."""
    level = compare_postcodes(postcode, other_postcode)
    if level in (SAME, CLOSE) or not lines or not other_lines:
        return level, compare_lines(lines, other_lines)
    towns, other_towns = lines.split(", ")[1:], other_lines.split(", ")[1:]
    if towns and other_towns:
        return level, compare_lines(lines, other_lines) if _are_of_one_town(towns, other_towns) else DIFFERS
    return level, DIFFERS if compare_lines(lines, other_lines) == DIFFERS else ABSENT


def _are_of_one_town(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the last line of one address, the town or a county, is among the lines of the other."""
    return any(
        compare_lines(last, line) in (SAME, SIMILAR)
        for last, lines in ((some[-1], others), (others[-1], some))
        for line in lines
    )


_NOT_COMPARED = ABSENT, ABSENT
_DISAGREEMENT = {SAME: 0, CLOSE: 2, SIMILAR: 2, PART: 4, ABSENT: 5, DIFFERS: 6}


def _disagreement(levels: tuple[str, str]) -> tuple[int, int]:
    """A sort key, equal for equal levels only; the postcode counts more."""
    postcode, lines = _DISAGREEMENT[levels[0]], _DISAGREEMENT[levels[1]]
    return postcode + lines, postcode
