"""What so many families have in common that it is nobody's own: a clinic's telephone, a council's address.

It tells nothing of who a child is, so it is left out before records are compared. Counted are families, by their names,
and not children: brothers and sisters share a telephone and a home, and so do their records of several agencies. There
must be as many children: the names of one, each time written otherwise, are no families. Of those that one agency alone
tells of few count, or one stolen credential could invent families in anybody's home.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from domain.matching.features import Features, Home
from domain.matching.placement import Candidate

MOST_FAMILIES = 3
"""Family names in one home or under one telephone number; where there are more, it is an institution's."""
MOST_OF_ONE = 2
"""Of those that one agency alone tells of so many count."""
MOST_COUNTED = 100
"""Records of which it is known who tells of them; where more have something in common, it is nobody's own whoever does:
then a flood of one agency's must not show that an institution's is somebody's."""


def contact_key(contact: str) -> str:
    """The blocking key of a carer's telephone number or e-mail address."""
    return f"t{contact}"


def home_key(home: Home) -> str:
    """The blocking key of a home, by its lines and postcode."""
    postcode, lines = home
    return f"e{postcode},{lines.replace(' ', '')}"


def shared_keys(features: Features) -> list[str]:
    """The keys of what of a record may be shared by many. A postcode alone is: it says no more than that."""
    return [*map(contact_key, features.contacts), *(home_key(home) for home in features.homes if home[1])]


class Sharing(NamedTuple):
    """Of whose records something tells nothing, since many share it: of `everybody`'s, or of some agencies' own."""

    everybody: bool = False
    sources: frozenset[str] = frozenset()


NOT_SHARED = Sharing()


class _Told:
    """How many things of a kind are told of: all, and as far as those count that one agency alone tells of."""

    def __init__(self) -> None:
        self._teller: dict[str, str | None] = {}
        self._alone: dict[str, int] = {}
        self.counted = 0

    def take(self, name: str, source: str) -> None:
        """Counts a name that an agency tells of; one that a second agency tells of, too, counts whatever it is."""
        teller = self._teller.setdefault(name, "")
        if teller == "":
            self._teller[name] = source
            self._alone[source] = self._alone.get(source, 0) + 1
            self.counted += self._alone[source] <= MOST_OF_ONE
        elif teller is not None and teller != source:
            self._teller[name] = None
            self._alone[teller] -= 1
            self.counted += self._alone[teller] >= MOST_OF_ONE

    def __len__(self) -> int:
        return len(self._teller)

    @property
    def beyond(self) -> frozenset[str]:
        """The agencies that alone tell of more than count."""
        return frozenset(source for source, number in self._alone.items() if number > MOST_OF_ONE)


def sharing_of(records: Iterable[tuple[str, Features]]) -> Sharing:
    """Whether records that have something in common, each with its child, are of more families than live together.

    Where that rests on one agency's word, it is so of that agency's records alone: nobody else's lose by it, unless
    there are more than MOST_COUNTED.
    """
    families, children = _Told(), _Told()
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
    """The keys of what records of two children have in common, by which these may be one."""
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
    """The keys of what many share: `everybody`'s, and those of single agencies' own records, by the source."""

    everybody: frozenset[str] = frozenset()
    own: Mapping[str, frozenset[str]] = {}

    def of(self, source: str) -> frozenset[str]:
        """The keys of what is left out of that agency's records."""
        return self.everybody | self.own.get(source, frozenset())


def keys_of_many(features: Features, sharing: Callable[[str], Sharing], candidates: Iterable[Candidate] = ()) -> OfMany:
    """The keys of what of a record many share: it is left out of the record, and of all with which it is compared.

    So is what the record has not, but several of the children that it may join.
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
    """The candidates without what has one of the keys, by which they are not like each other either."""
    if of_many == OfMany():
        return list(candidates)
    return [each._replace(features=without_shared(each.features, of_many)) for each in candidates]


def without_shared(features: Features, of_many: OfMany) -> Features:
    """The features without the contacts and homes that many share, which have the keys.

    Who has such a contact may have somebody among the carers who cares for many: that carers agree tells nothing then.
    """
    keys = of_many.of(features.source)
    if not keys:
        return features
    contacts = tuple(each for each in features.contacts if contact_key(each) not in keys)
    homes = tuple(each for each in features.homes if not (each[1] and home_key(each) in keys))
    if (contacts, homes) == (features.contacts, features.homes):
        return features
    return features._replace(contacts=contacts, homes=homes, may_care_for_many=contacts != features.contacts)
