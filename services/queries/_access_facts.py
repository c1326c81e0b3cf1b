"""The facts that looks are compared with: namesakes, shared addresses, and whom users' organisations work with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from domain.authorization import Entitlement
from domain.matching.normalise import normalise_name, normalise_postcode
from domain.monitoring import Access, Facts
from domain.monitoring.accesses import OPENING, Span
from projections.base.projection import Decryptor
from projections.directory.query import entries
from projections.timeline.organisations import worked_with
from projections.visibility.shields import shieldings
from services.queries.organisations import Organisations, keys_of
from streams.store.database import Cursor

MOST_CHILDREN = 20_000
"""Children whose entries the users in a report opened."""
PAGE = 500


class TooMany(Exception):
    """More looks than one report can be made of."""


def facts_about(
    cursor: Cursor,
    decryptor: Decryptor,
    people: Mapping[str, Entitlement],
    organisations: Organisations,
    accesses: Sequence[Access],
    today: date,
) -> Facts:
    """The facts about the users and children of these looks; raises TooMany."""
    visits = {(each.user, child) for each in accesses if each.action in OPENING for child in each.children}
    children = sorted({child for _, child in visits})
    if len(children) > MOST_CHILDREN:
        raise TooMany
    names, addresses = _names_and_addresses(cursor, decryptor, children, today)
    own = {user: normalise_name((people[user].display_name or "").rpartition(" ")[2]) for user in people}
    namesakes = {(user, child) for user, child in visits if own.get(user) and own[user] in names.get(child, ())}
    worked = [each.organisation for each in accesses if each.organisation]
    confidential = {each for each in set(worked) if organisations.about(cursor, each).confidential}
    shielded = frozenset(shieldings(cursor, children))
    involvements = _involvements(cursor, set(children) - shielded, set(worked))
    return Facts(frozenset(namesakes), addresses, involvements, frozenset(confidential), shielded)


def _names_and_addresses(
    cursor: Cursor, decryptor: Decryptor, children: Sequence[str], today: date
) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Each child's family names, normalised, and an opaque word for its address; the same address has the same word."""
    names: dict[str, set[str]] = {}
    places: dict[str, str] = {}
    words: defaultdict[tuple[str, ...], str] = defaultdict(lambda: f"address-{len(words)}")
    for begin in range(0, len(children), PAGE):
        for entry in entries(cursor, decryptor, children[begin : begin + PAGE], today):
            held = [entry["name"], *entry["other_names"]]
            names[entry["child"]] = {normalise_name(each.get("family_name") or "") for each in held} - {""}
            if (place := _place(entry["addresses"])) is not None:
                places[entry["child"]] = words[place]
    return names, places


def _place(addresses: Iterable[Mapping[str, Any]]) -> tuple[str, ...] | None:
    """What identifies an address: its property number, else postcode and first line; None without either."""
    for address in addresses:
        if address.get("uprn"):
            return (str(address["uprn"]),)
        if address.get("postcode") and address.get("lines"):
            return normalise_postcode(address["postcode"]), normalise_name(address["lines"][0])
    return None


def _involvements(
    cursor: Cursor, children: Collection[str], organisations: Collection[str]
) -> dict[tuple[str, str], Sequence[Span]]:
    """The involvements of the users' organisations, under the name that the users' register gives them."""
    known = worked_with(cursor, children)
    by_key: defaultdict[str, set[str]] = defaultdict(set)
    for organisation in organisations:
        for key in keys_of(organisation):
            by_key[key].add(organisation)
    found: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for (place, child), spans in known.items():
        for organisation in by_key.get(place, ()):
            found[organisation, child] += spans
    return dict(found)
