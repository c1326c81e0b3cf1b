"""The match index on a real Postgres: bounded look-ups, and built from the log it is what deciding has made of it."""

import random
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.matching.blocking import MOST_IN_A_BLOCK
from services.registrar import match_index, reindex
from services.registrar.reindex import build_match_index
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.store.application import LogApplication
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.examples import KEY_ENCRYPTION_KEY
from tests.support.steward import Steward, somebody

Rows = list[tuple[Any, ...]]


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def rows(desk: Steward) -> tuple[Rows, ...]:
    return (
        desk.rows("select record::text, child::text, features, aside from register.match_index order by 1"),
        desk.rows("select key, record::text from register.match_keys order by 1, 2"),
        desk.rows("select key, record::text from register.hidden_keys order by 1, 2"),
        desk.rows("select child::text from register.hidden_children order by 1"),
    )


def rebuilt(desk: Steward) -> tuple[Rows, ...]:
    """The index as it is built from the log."""
    with desk.database.transaction() as cursor:
        cursor.execute("truncate register.match_index_format")
    keys = KeyRing(KEY_ENCRYPTION_KEY, reader_of(desk.database, "register"))
    log = LogApplication(desk.url, "register", EventMapper(keys))
    build_match_index(log, desk.database, keys, desk.fence, Event())
    log.close()
    return rows(desk)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["child.registered", "child.amended", "record.removed", "merge", "split"]),
        st.integers(0, 4),
        st.integers(0, 2),
    ),
    max_size=15,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(ACTS, st.integers(1, 5))
def test_built_from_the_log_it_is_what_deciding_has_made_of_it(desk: Steward, acts: Any, batch: int) -> None:
    run = f"{time.monotonic_ns()}"
    for number, (act, subject, who) in enumerate(acts):
        name = f"{run}-{subject}"
        if act.startswith("child."):
            data = somebody(f"{run}-{who}") | {"address": {"postcode": f"ZX{subject} 1AA"}}
            desk.send(numbered(number, act, subject=name, data=data))
        elif act == "record.removed":
            desk.send(numbered(number, act, subject=name))
        else:
            children = sorted(child for child, of in desk.members().items() if any(run in each for each in of))
            if act == "merge" and len(children) > 1:
                desk.merge(*random.Random(number).sample(children, 2))
            elif children:
                desk.split(children[number % len(children)])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reindex, "BATCH", batch)
        assert rows(desk) == rebuilt(desk)


@pytest.mark.parametrize("batch", [1, 5, 2_000])
def test_a_removed_record_that_was_set_aside_stays_out_when_its_child_is_absorbed(
    desk: Steward, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    desk.send(*(numbered(1, subject=name, data=somebody("one")) for name in ("S1", "S2", "S3")))
    (child,) = desk.members()
    desk.send(numbered(2, "child.amended", "S1", data=somebody("two")))
    desk.send(numbered(3, "record.removed", "S1"))
    (other,) = desk.register("S4")
    assert desk.merge(other, child).outcome == "accepted"
    assert desk.types().count("RecordsSetAside.v1") == 2
    assert desk.members() == {other: {"S2", "S3", "S4"}}
    monkeypatch.setattr(reindex, "BATCH", batch)
    assert rows(desk) == rebuilt(desk)


def test_an_index_of_this_format_is_left_alone(desk: Steward) -> None:
    desk.send(numbered(1))
    before = rebuilt(desk)
    with desk.database.transaction() as cursor:
        cursor.execute("update register.match_index set features = '[]'")
    keys = KeyRing(KEY_ENCRYPTION_KEY, reader_of(desk.database, "register"))
    build_match_index(desk.log, desk.database, keys, desk.fence, Event())
    assert rows(desk)[0] != before[0]


def test_a_key_that_very_many_share_is_passed_over_and_few_children_are_met(desk: Steward) -> None:
    same = {"address": {"postcode": "ZX1 1AA", "lines": ["1 Hostel Yard"]}, "carers": [{"phone": "01632 960000"}]}
    many = [
        numbered(
            1, subject=f"H{n}", data=somebody(f"H{n}") | same | {"date_of_birth": f"2001-{n % 12 + 1:02}-0{n % 9 + 1}"}
        )
        for n in range(3 * MOST_IN_A_BLOCK)
    ]
    desk.send(*many)
    assert desk.rows("select count(distinct child) from register.match_index") == [(len(many),)]
    shared = desk.rows("select key from register.match_keys group by key having count(*) > 100")
    assert shared
    with desk.database.transaction() as cursor:
        assert match_index.children_met(cursor, [[key for (key,) in shared]]) == [[]]
        every = [key for (key,) in desk.rows("select distinct key from register.match_keys")]
        (met,) = match_index.children_met(cursor, [every])
    assert len(met) == match_index.MOST_MET


def test_two_agencies_that_register_one_child_in_one_batch_make_one_child(desk: Steward) -> None:
    data = somebody("one") | {"address": {"postcode": "ZX1 1AA"}}
    answers = desk.send(numbered(1, data=data), numbered(1, subject="S2", data=data))
    assert [answer.outcome for answer in answers] == ["accepted"] * 2
    assert desk.types().count("ChildListed.v1") == 1


@pytest.mark.parametrize("sizes", [(2, 4), (4, 2), (6,), (1, 1, 1, 1, 1, 1)])
def test_families_at_one_office_are_counted_whether_they_are_stored_or_of_the_batch(
    desk: Steward, sizes: tuple[int, ...]
) -> None:
    office = {"carers": [{"phone": "01632 960555"}], "gender": "male"}
    born = {"given_name": "Hugo", "date_of_birth": "2001-07-07"}
    people = [somebody(f"family {n}") for n in range(4)]
    people += [{"family_name": "Marchbanks", **born}, {"family_name": "Sedley", **born}]
    messages = [
        desk.message(numbered(1, subject=f"S{n}", source=owner.urn, data=person | office), owner)
        for n, (person, owner) in enumerate(zip(people, [*[AUTHORITY] * 5, GP], strict=True))
    ]
    for size in sizes:
        answers = desk.registrar.handle(messages[:size])
        assert [answer.outcome for answer in answers] == ["accepted"] * size
        del messages[:size]
    assert len(desk.members()) == len(people)


@pytest.mark.parametrize("sizes", [(6, 1), (3, 4), (7,)])
def test_families_at_one_office_are_counted_though_the_record_that_fits_two_of_them_has_no_office(
    desk: Steward, sizes: tuple[int, ...]
) -> None:
    office = {"carers": [{"phone": "01632 960555"}], "gender": "male"}
    number, upn, born = {"nhs_number": "9990000018"}, {"upn": "D999417608014"}, {"date_of_birth": "2001-07-07"}
    vane, sedley = ({"given_name": "Hugo", "family_name": name, "gender": "male"} for name in ("Vane", "Sedley"))
    sent = [(somebody(f"family {n}") | office, AUTHORITY) for n in range(4)]
    sent += [(vane | number | office, AUTHORITY), (sedley | born | upn | office, GP), (vane | born | number | upn, GP)]
    messages = [
        desk.message(numbered(1, subject=f"S{n}", source=owner.urn, data=data), owner)
        for n, (data, owner) in enumerate(sent)
    ]
    for size in sizes:
        answers = desk.registrar.handle(messages[:size])
        assert [answer.outcome for answer in answers] == ["accepted"] * size
        del messages[:size]
    assert sorted(map(len, desk.members().values())) == [1] * 5 + [2]
