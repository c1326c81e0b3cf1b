"""The features of a record that are compared: its particulars, normalised, with the names and homes it had before."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from domain.matching.normalise import latin_name, normalise_postcode

Value = TypeVar("Value")

MOST_NAMES = 6
"""Names of a record that are compared: the current one, other names, past ones, in this order."""
MOST_HOMES = 4
GROWN_UP = 18
"""Years of age; older people, as a rule, no longer share a home with brothers and sisters."""
MOST_CARERS = 6
MOST_CONTACTS = 8

PLACEHOLDERS = frozenset(
    [
        *("anon", "anonymous", "baby", "boy", "child", "daughter", "female", "girl", "infant", "male", "na", "nk"),
        *("none", "not", "known", "notknown", "newborn", "son", "stated", "test", "twin", "unk", "unknown"),
        *("unnamed", "xx", "xxx", "xxxx"),
    ]
)
"""Words that are written for an unknown name; a name of nothing but these counts as unknown."""

Name = tuple[str, str]
"""Given and family name, normalised, in Latin letters; empty where not known."""
Home = tuple[str, str]
"""Postcode and address lines, normalised; empty where not known."""


class Features(NamedTuple):
    """The comparable part of a record; None or empty where the agency reports nothing.

    `names` and `homes` begin with the current one; a past one still helps to recognise the child. `estimated` says that
    the agency does not know the date of birth for certain, `grown_up` that whoever it is was older than GROWN_UP years
    when the agency wrote. `contacts` are carers' telephone numbers and e-mail addresses; `source` is the agency.
    """

    names: tuple[Name, ...]
    date_of_birth: str | None
    estimated: bool
    grown_up: bool
    gender: str
    nhs_number: str | None
    upn: str | None
    homes: tuple[Home, ...]
    carers: tuple[str, ...]
    contacts: tuple[str, ...]
    source: str


def features_of(
    particulars: Mapping[str, Any],
    time: str,
    before: Features | None = None,
    source: str = "",
    most_names: int = MOST_NAMES,
) -> Features:
    """The features of a record from its particulars (the `data` of `child.registered`, contract §1).

    `time` is when they became true (ISO 8601); `before` has the features until now, of which names and homes
    are kept, the names up to `most_names`; `source` is the agency that holds the record, or empty where that is of no
    account.
    """
    carers = particulars.get("carers") or ()
    people = _distinct([person for carer in carers if (person := _known(carer.get("name")))], MOST_CARERS)
    stated = [particulars, *(particulars.get("other_names") or ())]
    names = [name for each in stated if (name := _in_order(_name(each), people)) != ("", "")]
    born = particulars.get("date_of_birth")
    home = _home(particulars.get("address") or {})
    return Features(
        names=_distinct([*names, *(before.names if before else ())], most_names),
        date_of_birth=born,
        estimated=bool(particulars.get("date_of_birth_estimated")),
        grown_up=born is not None and int(time[:4]) - int(born[:4]) > GROWN_UP,
        gender=_gender(particulars.get("gender")),
        nhs_number=_distinguishing(particulars.get("nhs_number")),
        upn=particulars.get("upn"),
        homes=_distinct([*((home,) if any(home) else ()), *(before.homes if before else ())], MOST_HOMES),
        carers=people,
        contacts=_distinct([c for carer in carers for c in _contacts(carer)], MOST_CONTACTS),
        source=source,
    )


def has_name(particulars: Mapping[str, Any]) -> bool:
    """Whether particulars state a current name; then it is the first of the features' names."""
    return _name(particulars) != ("", "")


def _name(stated: Mapping[str, Any]) -> Name:
    return _known(stated.get("given_name")), _known(stated.get("family_name"))


def _in_order(name: Name, carers: Iterable[str]) -> Name:
    """Given before family name: they were swapped where the given name is the carers' family name, the other is not."""
    given, family = name
    of_carers = {carer.rpartition(" ")[2] for carer in carers}
    return (family, given) if given in of_carers and family and family not in of_carers else name


def _known(name: str | None) -> str:
    """A name, normalised; empty where it is a placeholder for an unknown one."""
    if not name:
        return ""
    latin = latin_name(name)
    return "" if PLACEHOLDERS.issuperset(latin.split()) else latin


def _gender(gender: str | None) -> str:
    return gender if gender in ("male", "female") else ""


def _home(address: Mapping[str, Any]) -> Home:
    lines = " ".join(latin_name(line) for line in address.get("lines") or ())
    return normalise_postcode(address.get("postcode") or ""), lines


def _contacts(carer: Mapping[str, Any]) -> Iterable[str]:
    digits = re.sub(r"\D", "", carer.get("phone") or "")
    if len(digits) >= 6:
        yield digits[-10:]
    if email := carer.get("email"):
        yield email.strip().casefold()


def _distinguishing(number: str | None) -> str | None:
    """An NHS number that identifies somebody; ten equal digits pass the check, and stand for an unknown number."""
    return None if number is None or len(set(number)) == 1 else number


def _distinct(values: Iterable[Value], most: int) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))[:most]
