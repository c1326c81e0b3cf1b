"""What so many families have in common that it is nobody's own: a clinic's telephone, a council's address.

It tells nothing of who a child is, so it is left out before records are compared. Counted are families, by their names,
and not children: brothers and sisters share a telephone and a home, and so do their records of several agencies. There
must be as many children: the names of one, each time written otherwise, are no families.
"""

from collections.abc import Callable, Collection, Iterable

from domain.matching.features import Features, Home
from domain.matching.placement import Candidate

MOST_FAMILIES = 3
"""Family names in one home or under one telephone number; where there are more, it is an institution's."""


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


def are_many(records: Iterable[tuple[str, Features]]) -> bool:
    """Whether records that have something in common, each with its child, are of more families than live together."""
    families, children = set(), set()
    for child, features in records:
        if features.names and (family := features.names[0][1]):
            families.add(family)
            children.add(child)
            if min(len(families), len(children)) > MOST_FAMILIES:
                return True
    return False


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


def keys_of_many(
    features: Features, is_of_many: Callable[[str], bool], candidates: Iterable[Candidate] = ()
) -> frozenset[str]:
    """The keys of what of a record many share: it is left out of the record, and of all with which it is compared.

    So is what the record has not, but several of the children that it may join.
    """
    return frozenset(filter(is_of_many, {*shared_keys(features), *keys_between(candidates)}))


def candidates_without(candidates: Iterable[Candidate], of_many: Collection[str]) -> list[Candidate]:
    """The candidates without what has one of the keys, by which they are not like each other either."""
    if not of_many:
        return list(candidates)
    return [each._replace(features=without_shared(each.features, of_many)) for each in candidates]


def without_shared(features: Features, of_many: Collection[str]) -> Features:
    """The features without the contacts and homes that many share, which have the keys.

    Who has such a contact may have somebody among the carers who cares for many: that carers agree tells nothing then.
    """
    contacts = tuple(each for each in features.contacts if contact_key(each) not in of_many)
    homes = tuple(each for each in features.homes if not (each[1] and home_key(each) in of_many))
    if (contacts, homes) == (features.contacts, features.homes):
        return features
    return features._replace(contacts=contacts, homes=homes, may_care_for_many=contacts != features.contacts)
