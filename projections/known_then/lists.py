"""The lists of a report on a day as they were known at a moment: every child's chronology of then, judged anew.

Access is that of now: who is hidden or closed now, and what is removed or set aside with its agency now, is on no list
and in no count, at whatever moment.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.places import codes_of
from domain.reports import EDUCATION, Answer, Finding, findings
from domain.timeline import Fact, FactKind, Records, Summary, records_of, summary
from domain.vocabulary import RESTRICTED_SOURCE
from projections.audit_history.query import EVENT_COLUMNS, open_event, stored_event
from projections.base.parameters import many_ids
from projections.base.projection import Decryptor, PublishedEvent
from projections.cross_stream.identities import REPORTED_COLUMNS, Identity, identities_of, versions_of
from projections.known_then.belonging import Belonging, Suspicion, belonging_at
from projections.reports.query import ListedChild, Place
from projections.timeline.project import FACT_COLUMNS
from projections.visibility.scope import ORDINARY
from projections.visibility.shields import hidden_ids

SLICE = 1_000
"""Children that are judged at once."""
_SCHOOLING = (EDUCATION, "missing-education")
_REMOVED = str(FactKind.REMOVED)


class _ListedChild(NamedTuple):
    """A child on the list, and what it is named by."""

    finding: Finding
    summary: Summary
    identity: Identity

    def place(self, child: str) -> Place:
        return Place(self.finding.since, child)


class _PairedRecord(NamedTuple):
    """A record of a suspected pair: its child then, and the day of its first event."""

    child: str
    day: str


class ListsThen:
    """As the functions of `projections/reports/query.py`, of one report, day and authority, as known at a moment."""

    def __init__(
        self, cursor: Cursor, decryptor: Decryptor, report: str, on: str, authority: str | None, recorded_at: str
    ) -> None:
        """Judges every child, which takes about a second for some thousands of them."""
        self._cursor, self._decryptor = cursor, decryptor
        self._report, self._on, self._recorded_at = report, on, recorded_at
        self._places = None if authority is None else codes_of(authority, on)
        self._belonging = belonging_at(cursor, decryptor, recorded_at)
        self._paired = {each for pair in self._belonging.suspicions for each in pair[:2]}
        self._known: dict[str, _PairedRecord] = {}
        self._set_aside_at: dict[str, int] = {}
        self._named: dict[str, tuple[Summary, Identity]] = {}
        self._on_list: dict[str, Finding] = {}
        self._statuses: Counter[str] = Counter()
        for chunk in _slices(self._belonging, cursor):
            self._judge(chunk)
        self._pairs = [pair for pair in self._belonging.suspicions if self._is_open(pair)]

    def listed(self, after: Place, most: int, until: str) -> list[ListedChild]:
        """Children on the list, from a place on; none who joined it after the day `until`."""
        found = {
            child: _ListedChild(finding, *self._named[child])
            for child, finding in self._on_list.items()
            if child in self._named and self._is_here(finding.authority) and finding.since <= until
        }
        behind = sorted(place for child, each in found.items() if (place := each.place(child)) > after)[:most]
        return self._shown([(place.child, found[place.child]) for place in behind])

    def possible_duplicates(self, after: Place, most: int) -> list[ListedChild]:
        """Children that may be one with another, of the pairs that were undecided then."""
        best: dict[tuple[str, str], tuple[float, str]] = {}  # minus the score, and the earliest day of those alike
        for pair in self._pairs:
            one, two = self._known[pair.record], self._known[pair.other]
            since, key = max(one.day, two.day), (min(one.child, two.child), max(one.child, two.child))
            if since <= self._on:
                best[key] = min(best.get(key, (1.0, "")), (-pair.score, since))
        others: defaultdict[str, list[tuple[float, str, str]]] = defaultdict(list)
        for (one_child, two_child), (score, since) in best.items():
            others[one_child].append((score, two_child, since))
            others[two_child].append((score, one_child, since))
        found = {
            child: self._suspected(child, each)
            for child, each in others.items()
            if child in self._named and self._is_here(self._named[child][0].authority)
        }
        behind = sorted(place for child, each in found.items() if (place := each.place(child)) > after)[:most]
        return self._shown([(place.child, found[place.child]) for place in behind])

    def suspected_others(self, children: Collection[str]) -> dict[str, set[str]]:
        """Those of the children with an undecided pair, each with the children that it might have been one with."""
        others: defaultdict[str, set[str]] = defaultdict(set)
        for pair in self._pairs:
            one, two = self._known[pair.record].child, self._known[pair.other].child
            for child, other in ((one, two), (two, one)):
                if child in children:
                    others[child].add(other)
        return dict(others)

    def on_list(self, children: Collection[str]) -> set[str]:
        """Those of the children who are on the list."""
        return self._on_list.keys() & set(children)

    def count_listed_after(self, since: str) -> int:
        """How many children are on the list who joined it after the day `since`."""
        return sum(self._is_here(each.authority) and each.since > since for each in self._on_list.values())

    def education_statuses(self) -> dict[str, int]:
        """How many children of school age have each education status."""
        return dict(sorted(self._statuses.items()))

    def reported_days(self, sources: Sequence[str]) -> dict[str, list[str]]:
        """The days up to that of the report that each feed had reported of by then, in order."""
        days = {source: self._days(source, f"{self._on}~", self._places) for source in sources}
        return {source: each for source, each in days.items() if each}

    def first_day(self, sources: Sequence[str]) -> str | None:
        """The first day that any of the agencies had reported of by then."""
        return min((days[0] for source in sources if (days := self._days(source, "~", None))), default=None)

    def _days(self, source: str, before: str, places: Sequence[str] | None) -> list[str]:
        ORDINARY.execute(
            self._cursor,
            "select day from days_told_by(%s, %s, %s, %s) as day order by 1",
            (source, before, places, self._recorded_at),
        )
        return [day for (day,) in self._cursor.fetchall()]

    def _judge(self, children: Mapping[str, Sequence[str]]) -> None:
        """Judges some children by the facts of their records."""
        of_record = {record: child for child, records in children.items() for record in records}
        facts: defaultdict[str, list[Fact]] = defaultdict(list)
        for fact, set_aside_at in self._facts(of_record):
            facts[of_record[fact.stream]].append(fact)
            if set_aside_at is not None:
                self._set_aside_at[fact.stream] = set_aside_at
        kept: dict[str, Records] = {}
        for child, each in facts.items():
            records = records_of(each)
            is_listed, is_paired = self._judge_child(child, records), self._note_pairs(child, each)
            if is_listed or is_paired:
                kept[child] = records
        self._name(kept)

    def _facts(self, records: Collection[str]) -> Iterator[tuple[Fact, int | None]]:
        columns = ", ".join(column if column != "stream" else "stream::text" for column in FACT_COLUMNS)
        ORDINARY.execute(
            self._cursor,
            f"select {columns}, suspended_at from unveiled_told_fact"  # noqa: S608
            " where stream = any(%s::uuid[]) and recorded_at <= %s order by stream, version",
            (many_ids(records), self._recorded_at),
        )
        for *fact, set_aside_at in self._cursor.fetchall():
            yield Fact._make((*fact, fact[0] in self._belonging.aside)), set_aside_at

    def _judge_child(self, child: str, records: Records) -> bool:
        """Notes the child where it is on the list, and its schooling; whether it is on it."""
        for found in findings(records):
            if found.begins <= self._on and (found.ends is None or found.ends > self._on):
                if found.report in _SCHOOLING and self._is_here(found.authority):
                    self._statuses[found.answer[0]] += 1
                if found.report == self._report:
                    self._on_list[child] = found
        return child in self._on_list

    def _note_pairs(self, child: str, facts: Sequence[Fact]) -> bool:
        """Notes the records of the child that are in suspected pairs and may be disclosed; whether there are any."""
        paired = {fact.stream for fact in facts} & self._paired
        for fact in facts:
            if fact.stream in paired and (fact.kind == _REMOVED or fact.source == RESTRICTED_SOURCE):
                paired.discard(fact.stream)
        self._known |= {fact.stream: _PairedRecord(child, fact.day) for fact in facts[::-1] if fact.stream in paired}
        return bool(paired)

    def _name(self, children: Mapping[str, Records]) -> None:
        """Finds again by which record each child was named."""
        versions = versions_of(children)
        ORDINARY.execute(
            self._cursor,
            f"select {REPORTED_COLUMNS} from unnest(%s::uuid[], %s::int[]) as held (stream, version)"  # noqa: S608
            " join unveiled_reported s on s.stream = held.stream and s.version = held.version",
            (many_ids(versions), list(versions.values())),
        )
        named = identities_of(children, self._cursor.fetchall())
        for child, records in children.items():
            if (found := summary(records)) and child in named:
                self._named[child] = found, named[child]

    def _is_here(self, authority: str | None) -> bool:
        return self._places is None or authority in self._places

    def _is_open(self, pair: Suspicion) -> bool:
        """Whether a pair is of two children of whom a reader may know, and not of what was set aside after it."""
        one, two = self._known.get(pair.record), self._known.get(pair.other)
        set_aside_at = self._set_aside_at.get(pair.described)
        return bool(one and two and one.child != two.child) and (set_aside_at is None or set_aside_at <= pair.position)

    def _suspected(self, child: str, others: Sequence[tuple[float, str, str]]) -> _ListedChild:
        found, identity = self._named[child]
        detail = {"with": [{"child": other, "score": round(-score, 4)} for score, other, _ in sorted(others)]}
        since = min(since for _, _, since in others)
        finding = Finding(self._report, since, None, since, found.authority, Answer("suspected", detail))
        return _ListedChild(finding, found, identity)

    def _shown(self, page: Sequence[tuple[str, _ListedChild]]) -> list[ListedChild]:
        """The children of a page with their names, which are opened here."""
        named = self._events({each.identity.record: each.identity.version for _, each in page})
        shown = []
        for child, (finding, found, identity) in page:
            held = open_event(named[identity.record]).get("particulars", {})
            name = {key: held.get(key) for key in ("given_name", "family_name")}
            status, detail = finding.answer
            known = {source: day for source, day in found.known_to.items() if day <= self._on}
            rest = (finding.authority, finding.since, status, orjson.loads(orjson.dumps(detail)), known)
            shown.append(ListedChild(child, name, found.date_of_birth, *rest))
        return shown

    def _events(self, versions: Mapping[str, int]) -> dict[str, PublishedEvent]:
        ORDINARY.execute(
            self._cursor,
            f"select {EVENT_COLUMNS} from unredacted_event h"  # noqa: S608
            " join unnest(%s::uuid[], %s::int[]) as asked (stream, version)"
            " on h.stream = asked.stream and h.version = asked.version",
            (many_ids(versions), list(versions.values())),
        )
        events = [stored_event(row, self._decryptor) for row in self._cursor.fetchall()]
        self._decryptor.prefetch({event.stream for event in events})
        return {event.stream: event for event in events}


def _slices(belonging: Belonging, cursor: Cursor) -> Iterator[dict[str, Sequence[str]]]:
    """The records of all children but hidden ones, some children at once."""
    left = iter(sorted(belonging.records))
    while chunk := list(islice(left, SLICE)):
        hidden = hidden_ids(cursor, chunk)
        yield {child: belonging.records[child] for child in chunk if child not in hidden}
