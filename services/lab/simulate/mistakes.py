"""The small mistakes that agencies make when they write down who a child is.

Each mistake changes a copy of the particulars that child.registered sends and says whether it could: some children
have no nickname, some birthdays can't be transposed, and where an earlier mistake left nothing there is nothing left to
mistake. Identifiers are never mistaken. MISTAKES are those of a county; MORE_MISTAKES come with them where the noise is
harder, and leave out what matters most.
"""

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from services.lab.simulate.dice import Dice, Weighted
from services.lab.simulate.model import Person
from services.lab.simulate.names import FAMILIES, NICKNAMES

Particulars = dict[str, Any]
Mistake = Callable[[Dice, Particulars, Person, date], bool]

VOWELS = "aeiouy"
NO_NAMES = ("Unknown", "Baby")
SHORTEST_MISTYPED = 3


def _spelling(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    field = "given_name" if dice.chance(0.4) else "family_name"
    if particulars[field] in NO_NAMES or len(particulars[field]) < SHORTEST_MISTYPED:
        return False
    name = particulars[field]
    plain = _without_accents(name)
    particulars[field] = plain if plain != name and dice.chance(0.5) else _mistyped(dice, name)
    return True


def _nickname(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    names = NICKNAMES.get(person.given_name)
    if names is None:
        return False
    particulars["given_name"] = dice.pick(names)
    return True


def _swapped(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    particulars["given_name"], particulars["family_name"] = particulars["family_name"], particulars["given_name"]
    return True


def _birthday(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    if particulars["date_of_birth"] is None:
        return False
    born = person.date_of_birth
    wrong = [born - timedelta(days=1), born + timedelta(days=9)]
    if born.day <= 28:
        wrong.append(born.replace(year=born.year - 1))
    if born.day <= 12:
        wrong += [born.replace(month=born.day, day=born.month)] * 3
    wrong = [day for day in wrong if born != day <= on]
    particulars["date_of_birth"] = dice.pick(wrong).isoformat()
    return True


def _no_postcode(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    if particulars["address"]["postcode"] is None:
        return False
    particulars["address"] = particulars["address"] | {"postcode": None}
    return True


def _postcode(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    right = particulars["address"]["postcode"]
    if right is None:
        return False
    wrong = right[:-3] + str(int(right[-3]) % 9 + 1) + right[-2:]
    particulars["address"] = particulars["address"] | {"postcode": wrong}
    return True


def _old_home(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    homes = [home for home in person.family.homes if home.since <= on]
    particulars["address"] = (homes[-2] if len(homes) > 1 else person.family.former_home).address
    return True


def _no_carers(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    if not particulars["carers"]:
        return False
    particulars["carers"] = []
    return True


def _gender(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    particulars["gender"] = "male" if person.gender == "female" else "female"
    return True


def _new_family_name(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    former = {"given_name": person.given_name, "family_name": person.family.name, "kind": "former"}
    particulars["family_name"] = dice.pick(FAMILIES)
    particulars["other_names"] = [former]
    return True


def _no_given_name(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    particulars["given_name"] = dice.pick(NO_NAMES)
    return True


def _first_of_january(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    born = particulars["date_of_birth"]
    if born is None or born.endswith("-01-01"):
        return False
    particulars["date_of_birth"] = born[:4] + "-01-01"
    return True


def _no_birthday(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    if particulars["date_of_birth"] is None:
        return False
    particulars["date_of_birth"] = None
    return True


def _digits(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    """Two neighbouring digits of the date of birth change places, and it stays a date."""
    stated = particulars["date_of_birth"]
    if stated is None:
        return False
    turned = {stated[:at] + stated[at + 1] + stated[at] + stated[at + 2 :] for at in (2, 5, 8)}
    wrong = [day for day in sorted(turned - {stated}) if _is_day(day) and "1900-01-01" <= day <= on.isoformat()]
    if wrong:
        particulars["date_of_birth"] = dice.pick(wrong)
    return bool(wrong)


def _letters_of_postcode(dice: Dice, particulars: Particulars, person: Person, on: date) -> bool:
    """The last two letters of the postcode: another one, or both change places."""
    right = particulars["address"]["postcode"]
    if right is None:
        return False
    turned = right[:-2] + right[-1] + right[-2]
    wrong = turned if turned != right and dice.chance(0.5) else right[:-1] + ("X" if right[-1] != "X" else "Y")
    particulars["address"] = particulars["address"] | {"postcode": wrong}
    return True


_OF_A_COUNTY: tuple[tuple[float, tuple[str, Mistake]], ...] = (
    (30, ("spelling", _spelling)),
    (10, ("nickname", _nickname)),
    (15, ("swapped names", _swapped)),
    (12, ("date of birth", _birthday)),
    (10, ("no postcode", _no_postcode)),
    (6, ("postcode", _postcode)),
    (10, ("moved house", _old_home)),
    (4, ("no carers", _no_carers)),
    (2, ("gender", _gender)),
    (1, ("new family name", _new_family_name)),
)
MISTAKES = Weighted(*_OF_A_COUNTY)

MORE_MISTAKES = Weighted(
    *_OF_A_COUNTY,
    (4, ("no given name", _no_given_name)),
    (4, ("first of January", _first_of_january)),
    (4, ("no date of birth", _no_birthday)),
    (4, ("digits", _digits)),
    (4, ("letters of the postcode", _letters_of_postcode)),
)


def make_a_mistake(
    dice: Dice,
    particulars: Particulars,
    person: Person,
    on: date,
    among: Weighted[tuple[str, Mistake]] = MISTAKES,
) -> str:
    """Puts one small mistake into the particulars that an agency writes down on a day; returns what it is called."""
    while True:
        name, mistake = dice.weighted(among)
        if mistake(dice, particulars, person, on):
            return name


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _without_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _mistyped(dice: Dice, name: str) -> str:
    """The name with one letter dropped, doubled, changed or put after the next; never its first, never the same."""
    while True:
        at, way = dice.number(1, len(name) - 2), dice.number(0, 3)
        letter, rest = name[at], name[at + 1 :]
        if way == 0:
            wrong = name[:at] + rest
        elif way == 1:
            wrong = name[:at] + letter + letter + rest
        elif way == 2:
            wrong = name[:at] + rest[0] + letter + rest[1:]
        else:
            wrong = name[:at] + dice.pick(VOWELS if letter in VOWELS else "bdlmnrst") + rest
        if wrong != name:
            return wrong
