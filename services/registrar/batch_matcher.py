"""Which child each record belongs to, as far as a batch depends on it: read at once, then changed by each decision."""

from collections.abc import Callable, Collection, Iterable, Mapping, MutableSet, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

from domain.child import Child
from domain.matching import (
    FITS,
    Candidate,
    Comparer,
    Features,
    Fit,
    MatchIndex,
    Placement,
    features_of,
    judge_fit,
)
from domain.matching.beside_hidden import Candidates, HiddenPlacement, place_beside_hidden, visible_part
from domain.matching.blocking import MOST_CHILDREN
from domain.matching.closed import ClosedComparison, by_child, names_closed
from domain.matching.confided import place_openly
from domain.matching.placement import MOST_SUSPICIONS
from domain.matching.shared import (
    MOST_FAMILIES,
    NOT_SHARED,
    Sharing,
    candidates_without,
    keys_of_many,
    sharing_of,
    without_shared,
)
from services.registrar.match_index import IndexChanges, Sharers, digests, index_keys


class Described(NamedTuple):
    """What describes a child: particulars that became true at `time` (ISO 8601), as the agency `source` reports them.

    `features` and blocking `keys` are those of the particulars alone; `children` have records under one of the keys.
    `shielded` are records, as they were when their shield came or their child was closed, of children that were
    shielded or closed and may be this one. `subject` is the agency's number of the record.
    """

    data: Mapping[str, Any]
    time: str
    source: str
    features: Features
    keys: Sequence[int]
    children: Collection[str]
    shielded: Sequence[Candidate] = ()
    subject: str = ""


class Placed(NamedTuple):
    """Where a record belongs, and the features and blocking keys that it has from now on.

    `like` are the records of shielded children for which it is held back, `alone` says that each agency of its child
    has a record that is, `aside` that the record is set aside; `closed` are the closed children that it names.
    """

    placement: Placement
    features: Features
    keys: Sequence[int]
    like: Sequence[str] = ()
    alone: bool = True
    aside: bool = False
    closed: Sequence[str] = ()


FindChild = Callable[[str], Child | None]
"""The child of a number, as it is known now."""


class BatchMatcher:
    """The records that a batch may touch, each with its child; `changes` are those of the match index.

    `cannot_link` has pairs of records that are of two children, both ways round; `aside` the records that are set
    aside, through which nothing is linked, and `believed` those that a steward has accepted all the same; `sensitive`
    the sources that are sensitive agencies. `closed` has the child of each record that is closed, and so in no index;
    `sharers` who had a contact or a home before the batch, of children who were not hidden. `known` is how many records
    the directory had then.
    """

    def __init__(
        self,
        comparer: Comparer,
        candidates: Iterable[Candidate] = (),
        cannot_link: Collection[tuple[str, str]] = frozenset(),
        *,
        aside: MutableSet[str] | None = None,
        sensitive: Collection[str] = frozenset(),
        closed: Mapping[str, str] = MappingProxyType({}),
        sharers: Sharers = MappingProxyType({}),
        known: int = 0,
    ) -> None:
        self.comparer = comparer
        self.aside: MutableSet[str] = set() if aside is None else aside
        self.believed: MutableSet[str] = set()
        self.known = known
        self._sensitive = sensitive
        self.closed = dict(closed)
        self._sharers = sharers
        self.changes = IndexChanges()
        self._cannot_link = cannot_link
        self._index = MatchIndex()
        self._stored: dict[str, Features] = {}
        self._absorbed: dict[str, str] = {}
        self._changed: set[str] = set()
        for candidate in candidates:
            self._index.put(candidate, ())
            self._stored[candidate.record] = candidate.features

    def place(
        self, record: str, described: Described, child_of: FindChild = lambda _: None, *, holds: bool = True
    ) -> Placed | None:
        """Where a described record belongs, by all that was decided before; None where nothing follows from it.

        Changes nothing: `put` has to follow. `child_of` tells which of the children met are hidden. What no longer
        `holds`, because something later is known of the record, is not judged by whether it fits.
        """
        if self.known:
            self.comparer = self.comparer.among(self.known + self.changes.growth)
        placed = self._place(record, described, child_of, holds)
        before = self._index.get(record)
        own = before.child if before else placed and placed.placement.child
        closed = self._closed(record, described, own, before, child_of)
        if not closed:
            return placed and _kept_whole(placed, child_of)
        keeps = before.child if before else self.closed.get(record)
        return Placed(Placement(keeps, None), described.features, (), closed=closed)

    def _place(self, record: str, described: Described, child_of: FindChild, holds: bool) -> Placed | None:
        before = self._index.get(record)
        if before is None:
            own = self.closed.get(record)
            return self._compare(record, described.features, described.keys, described, own, child_of)
        now, was_aside = described.features, record in self.aside
        kept = now if was_aside else features_of(described.data, described.time, before.features, described.source)
        if was_aside and not (holds and before.features != kept):
            return None
        if before.features == kept:
            return self._again(before, described)
        stays = record in self.believed and visible_part(kept) == visible_part(before.features)
        fit = self._fit(record, now, before.child) if holds and not stays else FITS
        if fit.aside:
            kept = now
        placed = self._compare(record, kept, index_keys(kept), described, before.child, child_of)
        found = placed.placement
        if not fit.against:
            left = () if stays else (each for each in found.contradicted if each.record not in self.believed)
            return placed._replace(placement=found._replace(contradicted=tuple(left)))
        elsewhere = (*found.merged, *found.suspected)[:MOST_SUSPICIONS]
        return placed._replace(placement=Placement(before.child, None, (), elsewhere, fit.against), aside=fit.aside)

    def _again(self, known: Candidate, described: Described) -> Placed | None:
        """The placement of a record of which nothing has changed that is compared: what it contradicts stays queued."""
        fit = FITS if known.record in self.believed else self._fit(known.record, described.features, known.child)
        if not fit.against:
            return None
        placement = Placement(known.child, None, (), (), fit.against)
        return Placed(placement, known.features, index_keys(known.features))

    def _fit(self, record: str, now: Features, child: str) -> Fit:
        others = [member for member in self._index.members(child) if member.record != record]
        if not others:
            return FITS
        of_many = keys_of_many(now, self._sharing)
        own, compared = without_shared(now, of_many), candidates_without(others, of_many)
        return judge_fit(self.comparer, own, compared, self.aside, self._sensitive, self.believed)

    def _compare(
        self,
        record: str,
        features: Features,
        keys: Sequence[int],
        described: Described,
        own: str | None,
        child_of: FindChild,
    ) -> Placed:
        met = [child for each in described.children if self._meets(child := self._surviving(each), described.keys)]
        hidden = {child for child in {*met, own} if child and is_hidden(child_of(child))}
        beside = hidden | self.changes.hidden.intersection(met)
        near = [*[child for child in met if child not in beside][:MOST_CHILDREN], *beside]
        found_by_keys = self._index.candidates(described.keys, own, near)
        candidates = [each for each in found_by_keys if each.record not in self.aside] if self.aside else found_by_keys
        if self.is_ordinary(described.source):
            candidates = self._met_openly(candidates, described.keys, own)
        shielded = [each for each in described.shielded if is_shielded(child_of(each.child)) and each.child != own]
        secret = hidden | self.changes.hidden
        openly = (each for each in candidates if each.child not in secret and self.is_ordinary(each.features.source))
        of_many = keys_of_many(features, self._sharing, openly)
        compared, candidates = without_shared(features, of_many), candidates_without(candidates, of_many)
        if not shielded and not any(is_hidden(child_of(child)) for child in {each.child for each in candidates}):
            placement = place_openly(
                self.comparer,
                record,
                compared,
                candidates,
                own=own,
                cannot_link=self._cannot_link,
                sensitive=self._sensitive,
            )
            return Placed(placement, features, keys)
        found = place_beside_hidden(
            self.comparer,
            record,
            compared,
            described.features,
            _sorted(candidates, shielded, own, child_of),
            own=own,
            own_is_hidden=own is not None and is_shielded(child_of(own)),
            cannot_link=self._cannot_link,
            sensitive=self._sensitive,
        )
        return self._apart(found, record, features, keys, described.source, child_of)

    def _sharing(self, key: str) -> Sharing:
        """Whether many families share what has the key, of those whose records are no secret, as they are now."""
        (digest,) = digests([key])
        before, shown_again = self._sharers.get(digest, ()), list(self._shown_again(digest))
        if len(before) + len(shown_again) + self._index.count_under(digest) <= MOST_FAMILIES:
            return NOT_SHARED
        stored = (
            each
            for each in before
            if not self.changes.rewrites(each.record) and self._surviving(each.child) not in self.changes.hidden
        )
        return sharing_of(
            (self._surviving(each.child), each.features)
            for each in chain(stored, shown_again, self._index.under(digest))
            if self.is_ordinary(each.features.source)
        )

    def _shown_again(self, digest: int) -> Iterable[Candidate]:
        """The records with the key of children who are hidden no more, and so were not among the sharers."""
        for child in {self._surviving(each) for each in self.changes.shown} - self.changes.hidden:
            for each in self._index.members(child):
                if digest in index_keys(each.features):
                    yield each

    def _met_openly(self, candidates: list[Candidate], keys: Collection[int], own: str | None) -> list[Candidate]:
        """The candidates without known children of whom only a sensitive agency's record has one of the keys."""
        ordinary = [each for each in candidates if self.is_ordinary(each.features.source)]
        if len(ordinary) == len(candidates):
            return candidates
        known = {each.child for each in ordinary}
        doubtful = {each.child for each in candidates if not self.is_ordinary(each.features.source)} & known - {own}
        wanted = set(keys)
        met = {
            each.child
            for each in ordinary
            if each.child in doubtful and not wanted.isdisjoint(index_keys(each.features))
        }
        return [each for each in candidates if each.child not in doubtful - met]

    def _closed(
        self, record: str, described: Described, own: str | None, before: Candidate | None, child_of: FindChild
    ) -> list[str]:
        """The closed children that the record names, which belongs to the child `own`, or would."""
        remembered = by_child(described.shielded)
        closed = {number: child for number in remembered if (child := child_of(number)) and child.is_closed}
        if not closed:
            return []
        home = child_of(own) if own else None
        others = [
            each
            for each in (self._index.members(own) if own else ())
            if each.record != record
            and (each.features.source not in self._sensitive or described.source in self._sensitive)
        ]
        found = []
        for number, child in closed.items():
            members = remembered[number]
            expected = (described.source, described.subject) in child.expected
            opened = home is not None and not home.opened_for(record).isdisjoint(each.record for each in members)
            named = ClosedComparison(members, others, before.features if before else None, expected, opened)
            if names_closed(self.comparer, record, described.features, named):
                found.append(number)
        return found

    def _apart(
        self,
        found: HiddenPlacement,
        record: str,
        features: Features,
        keys: Sequence[int],
        source: str,
        child_of: FindChild,
    ) -> Placed:
        number = found.placement.child
        others = [each for each in self._index.members(number) if each.record != record] if number else []
        child = child_of(number) if number else None
        like_sources = {
            source,
            *(each.features.source for each in others if child and each.record in child.like_shielded),
        }
        alone = like_sources.issuperset(each.features.source for each in others)
        return Placed(found.placement, features, keys, [each.record for each in found.like], alone)

    def accepted(self, child: str) -> list[str]:
        """The records of the child that were set aside and fit it again, as its records are now."""
        return [record for record in sorted(self.aside) if self._fits_again(record, child)]

    def _fits_again(self, record: str, child: str) -> bool:
        known = self._index.get(record)
        if known is None or known.child != child or self._fit(record, known.features, child).aside:
            return False
        self.aside.discard(record)
        return True

    def child_of(self, record: str) -> str | None:
        """The child that a record is linked to."""
        known = self._index.get(record)
        return known.child if known else None

    def sources_of(self, child: str) -> dict[str, str]:
        """The agency of each record of the child."""
        return {each.record: each.features.source for each in self._index.members(child)}

    def is_ordinary(self, source: str) -> bool:
        """Whether it need not stay secret that the agency knows a child."""
        return source not in self._sensitive

    def openly_known_by(self, child: str) -> int:
        """How many ordinary agencies hold a record of the child."""
        sources = {member.features.source for member in self._index.members(child)}
        return sum(map(self.is_ordinary, sources))

    def put(self, record: str, placed: Placed, child: str) -> dict[str, list[str]]:
        """Puts the record into the child, which absorbs those to be merged; gives the records that each of them had."""
        brought = {}
        for absorbed in (found.child for found in placed.placement.merged):
            brought[absorbed] = self._index.move(absorbed, child)
            self._absorbed[absorbed] = child
            if absorbed in self._changed:
                self._changed.add(child)
            self.changes.moved.update(dict.fromkeys(brought[absorbed], child))
        self._outdate(record)
        self._index.put(Candidate(record, child, placed.features), placed.keys)
        self.changes.put[record] = child, placed.features, placed.keys
        if placed.aside:
            self.aside.add(record)
            self.believed.discard(record)
        else:
            self.aside.discard(record)
        return brought

    def know(self, child: str, *, hidden: bool) -> None:
        """Marks the child as hidden or not from now on: where hidden records are decides nothing about others."""
        if hidden:
            self.changes.hidden.add(child)
            self.changes.shown.discard(child)
        elif child in self.changes.hidden:
            self.changes.hidden.discard(child)
            self.changes.shown.add(child)
        self._index.hide(child, hidden)

    def close(self, record: str, child: str) -> None:
        """Takes a record of the child out that is closed, so that it joins nothing."""
        self._take_out(record)
        self.closed[record] = child

    def remove(self, record: str) -> None:
        """Takes a removed record out, so that nothing is linked through it any more."""
        if child := self.child_of(record):
            self.changes.removed[record] = child
        self._take_out(record)

    def _take_out(self, record: str) -> None:
        self._outdate(record)
        self._index.discard(record)
        self.aside.discard(record)
        self.changes.put.pop(record, None)

    def _outdate(self, record: str) -> None:
        stored = self._stored.pop(record, None)
        known = self._index.get(record)
        if known is not None:
            self._changed.add(known.child)
        if stored is not None:
            self.changes.outdated[record] = index_keys(stored)

    def _meets(self, child: str, keys: Sequence[int]) -> bool:
        """Whether a child that was met before the batch still is: a record of it may have lost the key since."""
        if child not in self._changed:
            return True
        wanted = set(keys)
        return any(not wanted.isdisjoint(index_keys(each.features)) for each in self._index.members(child))

    def _surviving(self, child: str) -> str:
        while child in self._absorbed:
            child = self._absorbed[child]
        return child


def _kept_whole(placed: Placed, child_of: FindChild) -> Placed:
    """The placement without a merge where a child has a closed record: its sender would read of another child by it."""
    found = placed.placement
    involved = [*([found.child] if found.child else []), *(each.child for each in found.merged)]
    children = (child_of(each) for each in involved)
    if not found.merged or not any(child is not None and child.closed_for for child in children):
        return placed
    queued = (*found.suspected, *found.merged)[:MOST_SUSPICIONS]
    return placed._replace(placement=found._replace(merged=(), suspected=queued))


def is_shielded(child: Child | None) -> bool:
    """Whether the child has a shield, and is not closed."""
    return child is not None and child.shield is not None and not child.is_closed


def is_hidden(child: Child | None) -> bool:
    """Whether the child is shielded, or held back because it may be one that is."""
    return child is not None and (child.shield is not None or child.is_held_back)


def _sorted(
    candidates: Iterable[Candidate], shielded: Sequence[Candidate], own: str | None, child_of: FindChild
) -> Candidates:
    """The candidates by what may follow; those of shielded children are found by who they are, and not by where."""
    held: list[Candidate] = []
    others: list[Candidate] = []
    for each in candidates:
        child = child_of(each.child)
        if each.child == own or not is_hidden(child):
            others.append(each)
        elif not is_shielded(child):
            held.append(each)
    return Candidates(shielded, held, others)
