"""The features of a record that are compared: its particulars, normalised, with the names and homes it had before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from domain.birth import GROWN_UP
from domain.matching.normalise import normalise_postcode
from domain.matching.unknown import (
    cares_for_many,
    is_nobodys_number,
    known_email,
    known_family_name,
    known_given_name,
    known_lines,
    known_person,
    known_phone,
    known_postcode,
)

Value = TypeVar("Value")

MOST_NAMES = 6
"""Names of a record that are compared: the current one, other names, past ones, in this order."""
MOST_HOMES = 4
MOST_CARERS = 6
MOST_CONTACTS = 8

MOST_FORMER_NUMBERS = 8

Name = tuple[str, str]
"""Given and family name, normalised, in Latin letters; empty where not known."""
Home = tuple[str, str]
"""Postcode and address lines, normalised, a comma between lines; empty where not known."""


class Features(NamedTuple):
    """The comparable part of a record; None or empty where the agency reports nothing.

    `names` and `homes` begin with the current one; a past one still helps to recognise the child. `estimated` says that
    the agency does not know the date of birth for certain, `grown_up` that the person was older than GROWN_UP when the
    agency reported, and so, as a rule, no longer shares a home with brothers and sisters. `contacts` are carers'
    telephone numbers and e-mail addresses; `source` is the agency. The former numbers are those that the record had
    before, and those that the agency reports as former. Where a carer `may_care_for_many`, which is set for one
    comparison and never stored, agreement of carers is no evidence.
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
    former_nhs_numbers: tuple[str, ...] = ()
    former_upns: tuple[str, ...] = ()
    may_care_for_many: bool = False


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
    stated = particulars.get("carers") or ()
    carers = [each for each in stated if not cares_for_many(each.get("name"), each.get("relationship"))]
    family_name = known_family_name(particulars.get("family_name"))
    people = _distinct([who for each in carers if (who := known_person(each.get("name"), family_name))], MOST_CARERS)
    called = [particulars, *(particulars.get("other_names") or ())]
    names = [name for each in called if (name := _in_order(_name(each), people)) != ("", "")]
    born = particulars.get("date_of_birth")
    home = _home(particulars.get("address") or {})
    nhs_number, upn = _distinguishing(particulars.get("nhs_number")), particulars.get("upn")
    return Features(
        names=_distinct(_completed([*names, *(before.names if before else ())]), most_names),
        date_of_birth=born,
        estimated=bool(particulars.get("date_of_birth_estimated")),
        grown_up=born is not None and int(time[:4]) - int(born[:4]) > GROWN_UP,
        gender=_gender(particulars.get("gender")),
        nhs_number=nhs_number,
        upn=upn,
        homes=_distinct([*((home,) if any(home) else ()), *(before.homes if before else ())], MOST_HOMES),
        carers=people,
        contacts=_distinct([c for carer in carers for c in _contacts(carer)], MOST_CONTACTS),
        source=source,
        former_nhs_numbers=_former(
            nhs_number,
            map(_distinguishing, particulars.get("former_nhs_numbers") or ()),
            (before.nhs_number, *before.former_nhs_numbers) if before else (),
        ),
        former_upns=_former(
            upn, particulars.get("former_upns") or (), (before.upn, *before.former_upns) if before else ()
        ),
    )


def has_name(particulars: Mapping[str, Any]) -> bool:
    """Whether particulars state a current name; then it is the first of the features' names."""
    return _name(particulars) != ("", "")


def _name(stated: Mapping[str, Any]) -> Name:
    return known_given_name(stated.get("given_name")), known_family_name(stated.get("family_name"))


def _completed(names: list[Name]) -> list[Name]:
    """The names, each with the first given or family name that is known where it has none: it was not another's.

    A baby that was named later no longer counts as unnamed; a former family name is paired with the given name.
    """
    if all(map(all, names)):
        return names
    given = next((given for given, _ in names if given), "")
    family = next((family for _, family in names if family), "")
    return [(name[0] or given, name[1] or family) for name in names]


def _in_order(name: Name, carers: Collection[str]) -> Name:
    """Given before family name: they were swapped where the given name is the carers' family name, the other is not."""
    if not carers:
        return name
    given, family = name
    of_carers = {carer.rpartition(" ")[2] for carer in carers}
    return (family, given) if given in of_carers and family and family not in of_carers else name


def _gender(gender: str | None) -> str:
    return gender if gender in ("male", "female") else ""


def _home(address: Mapping[str, Any]) -> Home:
    return known_postcode(normalise_postcode(address.get("postcode") or "")), known_lines(address.get("lines") or ())


def _contacts(carer: Mapping[str, Any]) -> Iterable[str]:
    return filter(None, (known_phone(carer.get("phone")), known_email(carer.get("email"))))


def _distinguishing(number: str | None) -> str | None:
    """An NHS number that identifies somebody."""
    return None if number is None or is_nobodys_number(number) else number


def _former(current: str | None, stated: Iterable[str | None], before: Iterable[str | None]) -> tuple[str, ...]:
    """The numbers that are former ones beside the current one: those stated, and those that the record had."""
    former = [each for each in (*stated, *before) if each and each != current]
    return _distinct(former, MOST_FORMER_NUMBERS) if former else ()


def _distinct(values: Sequence[Value], most: int) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))[:most] if len(values) > 1 else tuple(values)
