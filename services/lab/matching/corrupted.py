"""Children whose records are much corrupted, by mistakes of many kinds, beside those who are easily taken for them.

Of a family there may be brothers and sisters, twins too, a cousin of the same name, and a namesake elsewhere who was
born on the same day. What an agency writes was mistyped, misread by a machine, misheard, shortened, swapped, left out,
copied from a brother or sister, put into a wrong century, or turned by a spreadsheet that takes a day for a month.
Nobody has a number or a carer.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from services.lab.matching.corpus import Corpus, ReportedRecord
from services.lab.simulate.dice import Dice
from services.lab.simulate.names import BOYS, FAMILIES, GIRLS, NICKNAMES
from services.lab.simulate.places import STREETS

AGENCIES = ("council", "clinic", "school")
WRITTEN = "2008-10-23T09:00:00Z"
FIRST, LAST = date(1992, 1, 1), date(2008, 9, 1)
MISTAKE = 0.16
"""How likely each field of a record is wrong."""
SEVERAL, TWINS, COUSIN, NAMESAKE = 0.5, 0.15, 0.2, 0.01
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DISTRICTS = ("ZX1", "ZX2", "ZX4", "ZX7", "ZY3", "ZY9")

MISREAD = {"m": "rn", "l": "i", "e": "c", "u": "v", "h": "b", "n": "u", "d": "cl"}
MISHEARD = {"ph": "f", "c": "k", "y": "i", "ee": "ea", "th": "t", "ie": "y", "s": "z", "w": "wh"}


class _Child(NamedTuple):
    given_name: str
    family_name: str
    born: date
    gender: str
    lines: str
    postcode: str


def corrupted(families: int, seed: int) -> Corpus:
    """The records of so many families' children, in order of arrival; the same for the same seed."""
    dice = Dice(f"corrupted {seed}")
    reported: list[ReportedRecord] = []
    hard: list[tuple[str, str]] = []
    for number in range(families):
        children = _family(dice)
        names = [f"{number}-{nth}" for nth in range(len(children))]
        hard += pairwise(names)
        for name, child in zip(names, children, strict=True):
            for nth in range(dice.number(1, 4)):
                agency = AGENCIES[(nth + number) % len(AGENCIES)]
                stated = _stated(dice, child, dice.pick(children))
                reported.append(ReportedRecord(f"{name} {nth}", name, WRITTEN, stated, agency))
    order = sorted(range(len(reported)), key=[dice.throw() for _ in reported].__getitem__)
    return Corpus(f"{families:,} families, much corrupted", [reported[at] for at in order], hard)


def _family(dice: Dice) -> list[_Child]:
    """Brothers and sisters, perhaps twins; perhaps a cousin of the same name, and a namesake of the same birthday."""
    first = _child(dice)
    children = [first]
    if dice.chance(SEVERAL):
        other = _child(dice)
        born = first.born if dice.chance(TWINS) else other.born
        children.append(first._replace(given_name=other.given_name, gender=other.gender, born=born))
    if dice.chance(COUSIN):
        children.append(_child(dice)._replace(given_name=first.given_name, family_name=first.family_name))
    if dice.chance(NAMESAKE):
        elsewhere = _child(dice)
        children.append(first._replace(lines=elsewhere.lines, postcode=elsewhere.postcode))
    return children


def _child(dice: Dice) -> _Child:
    gender = dice.pick(("female", "male"))
    return _Child(
        given_name=dice.pick(GIRLS if gender == "female" else BOYS),
        family_name=dice.pick(FAMILIES),
        born=dice.day(FIRST, LAST),
        gender=gender,
        lines=f"{dice.number(1, 120)} {dice.pick(STREETS)}",
        postcode=_unit(dice, dice.pick(DISTRICTS)),
    )


def _stated(dice: Dice, child: _Child, of_family: _Child) -> Mapping[str, object]:
    """What an agency writes of a child, field by field, with a mistake in some."""
    given, family = child.given_name, child.family_name
    if dice.chance(MISTAKE):
        given = dice.pick((*_WAYS, _nickname, _left_out, _copied))(dice, given, of_family.given_name)
    if dice.chance(MISTAKE):
        family = dice.pick((*_WAYS, _left_out))(dice, family, "")
    if dice.chance(MISTAKE / 8):
        given, family = family, given
    born: str | None = child.born.isoformat()
    if dice.chance(MISTAKE):
        born = dice.pick(_DAYS)(dice, child.born, of_family.born)
    lines, postcode = child.lines, child.postcode
    if dice.chance(MISTAKE):
        moved = _child(dice)
        lines, postcode = moved.lines, moved.postcode
    if dice.chance(MISTAKE):
        lines = dice.pick((*_WAYS, _left_out))(dice, lines, "")
    if dice.chance(MISTAKE):
        postcode = dice.pick(("", _unit(dice, postcode.split()[0])))
    gender = dice.pick(("female", "male", "unknown")) if dice.chance(MISTAKE / 4) else child.gender
    return {
        "given_name": given or "Unknown",
        "family_name": family or "Unknown",
        "date_of_birth": born,
        "gender": gender,
        "address": {"lines": [lines] if lines else [], "postcode": postcode or None},
    }


def mistyped(dice: Dice, text: str, _: str = "") -> str:
    """A text with a letter left out, put in, changed, or the last one doubled."""
    at, letter = dice.number(0, max(0, len(text) - 2)), dice.pick(LETTERS)
    before, here, after = text[:at], text[at : at + 1], text[at + 1 :]
    return dice.pick((before + after, before + letter + here + after, before + letter + after, text + text[-1:]))


def _replaced(table: Mapping[str, str]) -> "Way":
    def replaced(dice: Dice, text: str, _: str) -> str:
        found = [old for old in table if old in text.lower()]
        if not found:
            return mistyped(dice, text, _)
        old = dice.pick(found)
        return text.lower().replace(old, table[old], 1)

    return replaced


def _nickname(dice: Dice, text: str, _: str) -> str:
    return dice.pick(NICKNAMES.get(text, (text[:1],)))


def _left_out(dice: Dice, text: str, _: str) -> str:
    return ""


def _copied(dice: Dice, text: str, other: str) -> str:
    return other


Way = Callable[[Dice, str, str], str]
_WAYS: Sequence[Way] = (mistyped, mistyped, _replaced(MISREAD), _replaced(MISHEARD))


def miswritten(dice: Dice, text: str) -> str:
    """A text mistyped, misread by a machine, or misheard."""
    return dice.pick(_WAYS)(dice, text, "")


def _digit_off(dice: Dice, born: date, _: date) -> str:
    return (born + timedelta(days=dice.pick((-1, 1, 10, -10)))).isoformat()


def _turned(dice: Dice, born: date, _: date) -> str:
    """Day and month change places, as a spreadsheet turns them, where that is a day."""
    return (born.replace(month=born.day, day=born.month) if born.day <= 12 else born.replace(day=1)).isoformat()


def _wrong_century(dice: Dice, born: date, _: date) -> str:
    return f"19{born.isoformat()[2:]}" if born.year >= 2000 and (born.month, born.day) != (2, 29) else f"{born}"


def _first_of_january(dice: Dice, born: date, _: date) -> str:
    return f"{born.year}-01-01"


def _unstated(dice: Dice, born: date, _: date) -> None:
    return None


def _of_another(dice: Dice, born: date, other: date) -> str:
    return other.isoformat()


_DAYS: Sequence[Callable[[Dice, date, date], str | None]] = (
    _digit_off, _digit_off, _turned, _wrong_century, _first_of_january, _unstated, _of_another,
)  # fmt: skip


def _unit(dice: Dice, district: str) -> str:
    return f"{district} {dice.number(1, 9)}{dice.pick('QXZ')}{dice.pick('ABDEFGHJLN')}"
