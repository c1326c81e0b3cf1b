"""Contacts and addresses that many families have in common: a clinic's telephone, a council's address.

They do not identify a child, so they are left out before records are compared. Families are counted, by their names,
and not children: brothers and sisters share a telephone and a home, as do their records of several agencies. There must
be as many children, for several spellings of one child's name are no families. Only few of those that a single agency
reports are counted, or one stolen credential could invent families in anybody's home.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from domain.matching.features import Features, Home
from domain.matching.placement import Candidate

MOST_FAMILIES = 3
"""Family names in one home or under one telephone number; where there are more, it is an institution's."""
MOST_OF_ONE = 2
"""So many of the families that a single agency reports are counted."""
MOST_COUNTED = 100
"""Up to so many records the agency that reports them matters; what more records have in common is shared, whoever
reports them. Otherwise one agency's flood of records could show that an institution's contact is somebody's own."""


def contact_key(contact: str) -> str:
    """The blocking key of a carer's telephone number or e-mail address."""
    return f"t{contact}"


def home_key(home: Home) -> str:
    """The blocking key of a home, by its lines and postcode."""
    postcode, lines = home
    return f"e{postcode},{lines.replace(' ', '')}"


def shared_keys(features: Features) -> list[str]:
    """The keys of those contacts and homes of a record that may be shared by many; a postcode alone needs none."""
    return [*map(contact_key, features.contacts), *(home_key(home) for home in features.homes if home[1])]


class Sharing(NamedTuple):
    """For which records a shared contact or home is left out: those of `everybody`, or of some agencies (`sources`)."""

    everybody: bool = False
    sources: frozenset[str] = frozenset()


NOT_SHARED = Sharing()


class _ReportCount:
    """Counts distinct names that agencies report: all, and those that count (`counted`)."""

    def __init__(self) -> None:
        self._reporter: dict[str, str | None] = {}
        self._alone: dict[str, int] = {}
        self.counted = 0

    def take(self, name: str, source: str) -> None:
        """Counts a name that an agency reports; one that a second agency reports, too, always counts."""
        reporter = self._reporter.setdefault(name, "")
        if reporter == "":
            self._reporter[name] = source
            self._alone[source] = self._alone.get(source, 0) + 1
            self.counted += self._alone[source] <= MOST_OF_ONE
        elif reporter is not None and reporter != source:
            self._reporter[name] = None
            self._alone[reporter] -= 1
            self.counted += self._alone[reporter] >= MOST_OF_ONE

    def __len__(self) -> int:
        return len(self._reporter)

    @property
    def beyond(self) -> frozenset[str]:
        """The agencies that report more names alone than are counted."""
        return frozenset(source for source, number in self._alone.items() if number > MOST_OF_ONE)


def sharing_of(records: Iterable[tuple[str, Features]]) -> Sharing:
    """Whether records that have something in common, each with its child, are of more families than live together.

    Where only one agency reports so many, the sharing applies to the records of that agency alone, unless there are
    more than MOST_COUNTED records.
    """
    families, children = _ReportCount(), _ReportCount()
    number = 0
    for child, features in records:
        number += 1
        if features.names and (family := features.names[0][1]):
            families.take(family, features.source)
            children.take(child, features.source)
            if min(families.counted, children.counted) > MOST_FAMILIES:
                return Sharing(everybody=True)
    if min(len(families), len(children)) <= MOST_FAMILIES:
        return NOT_SHARED
    return Sharing(everybody=True) if number > MOST_COUNTED else Sharing(sources=families.beyond)


def keys_between(candidates: Iterable[Candidate]) -> set[str]:
    """The keys of what records of two children have in common, for which they might be linked."""
    with_contact: dict[str, str] = {}
    with_home: dict[Home, str] = {}
    common: set[str] = set()
    for each in candidates:
        for contact in each.features.contacts:
            if with_contact.setdefault(contact, each.child) != each.child:
                common.add(contact_key(contact))
        for home in each.features.homes:
            if home[1] and with_home.setdefault(home, each.child) != each.child:
                common.add(home_key(home))
    return common


class OfMany(NamedTuple):
    """The keys of what many share: for `everybody`, and for the records of single agencies, by source."""

    everybody: frozenset[str] = frozenset()
    own: Mapping[str, frozenset[str]] = {}

    def of(self, source: str) -> frozenset[str]:
        """The keys that are left out of the records of one agency."""
        return self.everybody | self.own.get(source, frozenset())


def keys_of_many(features: Features, sharing: Callable[[str], Sharing], candidates: Iterable[Candidate] = ()) -> OfMany:
    """The keys of what many share, to be left out of a record and of the candidates that it is compared with.

    They include keys that the record does not have but several of the candidate children share.
    """
    everybody: set[str] = set()
    own: dict[str, frozenset[str]] = {}
    for key in {*shared_keys(features), *keys_between(candidates)}:
        found = sharing(key)
        if found.everybody:
            everybody.add(key)
        for source in found.sources:
            own[source] = own.get(source, frozenset()) | {key}
    return OfMany(frozenset(everybody), own)


def candidates_without(candidates: Iterable[Candidate], of_many: OfMany) -> list[Candidate]:
    """The candidates without the contacts and homes of these keys, which do not link them with each other either."""
    if of_many == OfMany():
        return list(candidates)
    return [each._replace(features=without_shared(each.features, of_many)) for each in candidates]


def without_shared(features: Features, of_many: OfMany) -> Features:
    """The features without the contacts and homes of these keys.

    A record with such a contact may name a carer who cares for many, so agreement on carers is no evidence for it.
    """
    keys = of_many.of(features.source)
    if not keys:
        return features
    contacts = tuple(each for each in features.contacts if contact_key(each) not in keys)
    homes = tuple(each for each in features.homes if not (each[1] and home_key(each) in keys))
    if (contacts, homes) == (features.contacts, features.homes):
        return features
    return features._replace(contacts=contacts, homes=homes, may_care_for_many=contacts != features.contacts)
