"""What is decided does not depend on how messages fall into batches: on what was stored before and what came beside."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agency import Agency
from domain.child import Child
from domain.event import RegisterEvent
from domain.matching import Comparer, features_of
from domain.source_record import Command, SourceRecord
from services.lab.matching.replay.membership import Membership
from services.lab.matching.replay.stored_index import StoredIndex
from services.registrar.batch import Message
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.batch_state import BatchState
from services.registrar.decide_batch import decide_batch
from services.registrar.match_index import index_keys
from services.registrar.matcher_settings import load_settings
from tests.support.desk import numbered
from tests.support.examples import agency

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
COMPARER = Comparer(load_settings())
AGENCIES = [agency("gp-registration"), agency("school-census"), agency("local-authority")]
OFFICE = {"name": "Dana Pell", "phone": "01632 960555"}
HOSTEL = {"lines": ["1 Hostel Yard", "Westmarch"], "postcode": "ZX1 1AA"}
FAMILIES = ["Orrell", "Vane", "Basu", "Quill", "Thorn", "Sedley"]
GIVEN = ["Iris", "Otto", "Nell", "Bram"]
Sent = tuple[int, int, str, str, str, bool, bool]
"""Agency, subject, names, birthday, and whether the office and the hostel are theirs."""


class Directory:
    """The registrar's deciding on tables in memory, batch after batch."""

    def __init__(self) -> None:
        self.index = StoredIndex(Membership())
        self.streams: dict[Any, UUID] = {}
        self.records: dict[UUID, SourceRecord] = {}
        self.children: dict[UUID, Child] = {}
        self.events: list[RegisterEvent] = []
        self._ids = (UUID(int=number) for number in count(1))

    def take(self, messages: Sequence[Message]) -> None:
        """Decides a batch by what is stored, and stores what follows."""
        commands = [each.reading for each in messages if isinstance(each.reading, Command)]
        touched = {
            str(self.streams[key])
            for each in commands
            if (key := (each.source, "subject", each.subject)) in self.streams
        }
        described = {}
        for each in commands:
            features = features_of(each.data, each.time, source=each.source)
            keys = index_keys(features)
            met = self.index.children_met(keys)
            described[each.source, each.id] = Described(
                each.data, each.time, each.source, features, keys, met, (), each.subject
            )
        candidates = self.index.candidates({child for each in described.values() for child in each.children}, touched)
        stored = [features for record in touched if (features := self.index.features_of(record))]
        sharers = self.index.sharers([*(each.features for each in described.values()), *stored], candidates)
        matcher = BatchMatcher(COMPARER, candidates, sharers=sharers, known=len(self.index))
        for child in {each.child for each in candidates}:
            matcher.aside |= self.children[UUID(child)].aside.keys()
        state = BatchState({}, self.streams, matcher, described, self.records, self.children)
        self.events += decide_batch(messages, state, NOW, self._ids.__next__).events
        self.index.write(matcher.changes)


def messages_of(sent: Iterable[Sent]) -> list[Message]:
    """The messages, of which the first on a record registers it and others amend it."""
    messages, known = [], set()
    for offset, (by, subject, given_name, family_name, born, office, hostel) in enumerate(sent):
        owner: Agency = AGENCIES[by]
        kind = "child.amended" if (by, subject) in known else "child.registered"
        known.add((by, subject))
        data = {"given_name": given_name, "family_name": family_name, "date_of_birth": born, "gender": "female"}
        data |= {"carers": [OFFICE]} if office else {}
        data |= {"address": HOSTEL} if hostel else {}
        value = numbered(offset, kind, f"S{by}{subject}", source=owner.urn, data=data, time="2024-05-06T09:00:00Z")
        messages.append(Message(f"submissions.{owner.code}", 0, offset, orjson.dumps(value), owner))
    return messages


def decided(messages: Sequence[Message], sizes: Iterable[int]) -> list[RegisterEvent]:
    """What the messages cause that come in batches of such sizes, the last of them with what is left."""
    directory, left = Directory(), iter(messages)
    for size in sizes:
        directory.take(list(islice(left, size)))
    directory.take(list(left))
    return directory.events


SENT = st.tuples(
    st.integers(0, 1),
    st.integers(0, 3),
    st.sampled_from(["Hugo", "Hugo", "Iris"]),
    st.sampled_from(FAMILIES),
    st.sampled_from(["2012-07-07", "2011-03-21"]),
    st.sampled_from([True, True, False]),
    st.booleans(),
)


@settings(max_examples=100)
@given(st.lists(SENT, min_size=4, max_size=12), st.lists(st.integers(1, 5), max_size=4))
def test_decisions_do_not_depend_on_how_messages_fall_into_batches(sent: list[Sent], sizes: list[int]) -> None:
    assert decided(messages_of(sent), sizes) == decided(messages_of(sent), [1] * len(sent))


def test_families_at_one_office_are_counted_whether_they_came_before_or_beside() -> None:
    families = [(0, n, GIVEN[n], FAMILIES[n], f"201{n}-0{n + 1}-11", True, False) for n in range(4)]
    pair: list[Sent] = [
        (0, 4, "Hugo", "Marchbanks", "2012-07-07", True, False),
        (1, 0, "Hugo", "Sedley", "2012-07-07", True, False),
    ]
    for sizes in ([], [2], [4], [1, 2], [5]):
        listed = [
            each for each in decided(messages_of([*families, *pair]), sizes) if type(each).__name__ == "ChildListed"
        ]
        assert len(listed) == 6


def test_a_home_that_a_record_had_before_is_counted_too() -> None:
    residents = [(0, n, GIVEN[n], FAMILIES[n], f"201{n}-0{n + 1}-11", False, True) for n in range(4)]
    moved: list[Sent] = [
        (1, 0, "Hugo", "Sedley", "2012-07-07", False, True),
        (1, 0, "Hugo", "Sedley", "2012-07-08", False, False),
        (2, 0, "Hugo", "Marchbanks", "2012-07-08", False, True),
    ]
    sent = messages_of([*residents, *moved])
    assert decided(sent, [4]) == decided(sent, [1] * 7) == decided(sent, [])
