"""The match index on a real Postgres: what is counted under a key is counted without the records of hidden children."""

import time
from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.agency import Agency
from domain.matching import features_of
from domain.matching.blocking import MOST_HIDDEN, MOST_IN_A_BLOCK
from domain.matching.shared import MOST_FAMILIES
from domain.vocabulary import AgencyKind
from services.registrar.hidden_children import stays_hidden
from services.registrar.match_index import candidates_and_sharers, children_met, index_keys
from services.registrar.reindex import build_match_index
from services.submission_contract.decisions import DecisionType
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.store.application import LogApplication
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.examples import KEY_ENCRYPTION_KEY
from tests.support.steward import Steward, somebody

SCHOOL = Agency("school-x", "A census", AgencyKind.SCHOOL_CENSUS)
HOME = {"lines": ["1 Hostel Yard"], "postcode": "ZX1 1AA"}
ELSEWHERE = {"lines": ["7 Harbour Row"], "postcode": "ZX7 7QQ"}
TABLES = {
    "match_index": "record, child, features, aside",
    "match_keys": "key, record",
    "hidden_keys": "key, record",
    "hidden_children": "child",
    "shielded_records": "record, child, features",
}


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def stored(desk: Steward) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: desk.rows(f"select {columns} from register.{table} order by {columns}")
        for table, columns in TABLES.items()
    }


def rebuild(desk: Steward) -> None:
    """Builds the index from the log."""
    with desk.database.transaction() as cursor:
        cursor.execute("truncate register.match_index_format")
    keys = KeyRing(KEY_ENCRYPTION_KEY, reader_of(desk.database, "register"))
    log = LogApplication(desk.url, "register", EventMapper(keys))
    build_match_index(log, desk.database, keys, desk.fence, Event())
    log.close()


def is_kept_apart(desk: Steward) -> bool:
    """Whether just those children are hidden in the index that are, and their keys are where nobody else's are."""
    children = [child for (child,) in desk.rows("select distinct child::text from register.match_index")]
    hidden = [each for each in children if (child := desk.registrar.aggregates.child(each)) and stays_hidden(child)]
    wrong = desk.rows(
        "select record from register.match_index join register.hidden_children using (child)"
        " join register.match_keys using (record) union all"
        " select record from register.match_index i join register.hidden_keys using (record)"
        " where not exists (select from register.hidden_children h where h.child = i.child)"
    )
    listed = {child for (child,) in desk.rows("select child::text from register.hidden_children")}
    return not wrong and listed.intersection(children) == set(hidden)


def send_one(
    desk: Steward, subject: str, data: dict[str, Any], owner: Agency = AUTHORITY, kind: str = "registered"
) -> str:
    """The child of a record that an agency registers or amends."""
    number = time.monotonic_ns()
    sent = numbered(number, f"child.{kind}", subject, source=owner.urn, data=data)
    assert [answer.outcome for answer in desk.send(sent, owner=owner)] == ["accepted"]
    return child_of(desk, subject, owner)


def child_of(desk: Steward, subject: str, owner: Agency = AUTHORITY) -> str:
    ((child,),) = desk.rows(
        "select i.child::text from register.match_index i join register.record_keys k on k.stream = i.record"
        f" where k.kind = 'subject' and k.key = '{subject}' and k.source = '{owner.urn}'"
    )
    return str(child)


def shield(desk: Steward, child: str) -> None:
    assert desk.decide(DecisionType.SHIELD_APPLY, child=child, custodian=None).outcome == "accepted"


def hide(desk: Steward, name: str, how: str, home: dict[str, Any]) -> None:
    """Somebody hidden lives in the home."""
    her = somebody(name)
    if how == "shielded":
        shield(desk, send_one(desk, name, her | {"address": home}))
    else:
        shield(desk, send_one(desk, name, her))
        held = send_one(desk, name, her | {"address": home}, SCHOOL)
        assert desk.rows(f"select 1 from register.hidden_children where child = '{held}'")


HOW = ("shielded", "held back")


def families(number: int) -> list[tuple[dict[str, Any], Agency]]:
    """The first of some families that live in the home."""
    return [(somebody(f"family {n}") | {"address": HOME}, AUTHORITY) for n in range(number)]


PAIR: list[tuple[dict[str, Any], Agency]] = [
    ({"given_name": "Hugo", "family_name": name, "date_of_birth": "2001-07-07", "address": HOME}, owner)
    for name, owner in (("Marchbanks", AUTHORITY), ("Sedley", GP))
]


def are_one(desk: Steward, sent: Sequence[tuple[dict[str, Any], Agency]], sizes: Sequence[int]) -> bool:
    """Whether the last two of some records, which come in batches of such sizes, are one child."""
    run = time.monotonic_ns()
    messages = [
        desk.message(numbered(run, subject=f"N{n}-{run}", source=owner.urn, data=data), owner)
        for n, (data, owner) in enumerate(sent)
    ]
    for size in (*sizes, len(messages)):
        if messages:
            assert {answer.outcome for answer in desk.registrar.handle(messages[:size])} == {"accepted"}
            del messages[:size]
    last = len(sent) - 1
    return child_of(desk, f"N{last - 1}-{run}", sent[-2][1]) == child_of(desk, f"N{last}-{run}", sent[-1][1])


@pytest.mark.parametrize("how", HOW)
def test_no_family_that_is_hidden_counts_among_those_who_share_a_home(desk: Steward, how: str) -> None:
    hide(desk, "her", how, HOME)
    assert are_one(desk, [*families(MOST_FAMILIES - 1), *PAIR], [])


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (2, 1), (3,), (1, 2), ()])
@pytest.mark.parametrize("how", HOW)
def test_store_and_batch_leave_the_hidden_out_alike(desk: Steward, how: str, sizes: tuple[int, ...]) -> None:
    hers = somebody("hers")
    shield(desk, send_one(desk, "H", hers))
    held = (hers | {"address": HOME}, SCHOOL) if how == "held back" else (hers | {"address": HOME}, AUTHORITY)
    assert are_one(desk, [held, *families(MOST_FAMILIES - 1), *PAIR], sizes)
    assert is_kept_apart(desk)


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (2, 1), (3,), (1, 2), ()])
def test_who_is_held_back_no_more_counts_from_then_on(desk: Steward, sizes: tuple[int, ...]) -> None:
    hide(desk, "her", "held back", HOME)
    amended = numbered(9, "child.amended", "her", source=SCHOOL.urn, data=somebody("else") | {"address": HOME})
    messages = [desk.message(amended, SCHOOL)]
    for number, (data, owner) in enumerate([*families(MOST_FAMILIES - 1), *PAIR]):
        messages.append(desk.message(numbered(1, subject=f"N{number}", source=owner.urn, data=data), owner))
    for size in (*sizes, len(messages)):
        if messages:
            desk.registrar.handle(messages[:size])
            del messages[:size]
    assert child_of(desk, "N2") != child_of(desk, "N3", GP)
    assert is_kept_apart(desk)


@pytest.mark.parametrize("how", HOW)
def test_a_block_that_hidden_records_are_in_is_as_full_as_without_them(desk: Steward, how: str) -> None:
    """An attacker fills it up to the last record but one, or up to the last, and sees whether another record is met."""
    keys = index_keys(features_of(PAIR[0][0], "2024-01-01", source="x"))

    def met() -> tuple[set[str], set[int]]:
        with desk.database.transaction() as cursor:
            (children,) = children_met(cursor, [keys])
            _, sharers = candidates_and_sharers(cursor, (), (), [features_of(PAIR[0][0], "2024-01-01", source="x")])
        hidden = {child for (child,) in desk.rows("select child::text from register.hidden_children")}
        return set(children) - hidden, {len(each) for each in sharers.values()}

    filling = [numbered(1, subject=f"F{n}", data=somebody(f"F{n}") | {"address": HOME}) for n in range(MOST_IN_A_BLOCK)]
    desk.send(*filling)
    before = met()
    for number in range(MOST_HIDDEN + 1):
        hide(desk, f"her {number}", how, HOME)
    assert met() == before != (set(), set())
    assert is_kept_apart(desk)
    desk.send(numbered(1, subject="one more", data=somebody("one more") | {"address": HOME}))
    assert met()[0] != before[0]


def held_back_with_another(desk: Steward) -> str:
    """A child of two records of a school of which the first is held back, and the other is a family's in the home."""
    hide(desk, "her", "held back", ELSEWHERE)
    other = send_one(desk, "beside", somebody("beside") | {"address": HOME}, SCHOOL)
    assert desk.merge(other, child_of(desk, "her", SCHOOL)).outcome == "accepted"
    return other


def test_who_is_merged_with_one_who_is_held_back_counts_no_more(desk: Steward) -> None:
    held_back_with_another(desk)
    assert are_one(desk, [*families(MOST_FAMILIES - 1), *PAIR], [])
    assert is_kept_apart(desk)


def test_who_is_split_from_one_who_is_held_back_counts_again_and_the_held_back_does_not(desk: Steward) -> None:
    child = held_back_with_another(desk)
    records = [{"source": SCHOOL.urn, "subject": "her"}]
    assert desk.decide(DecisionType.SPLIT, child=child, records=records).outcome == "accepted"
    hidden = {each for (each,) in desk.rows("select child::text from register.hidden_children")}
    assert hidden == {child_of(desk, "her", SCHOOL), child_of(desk, "her")}
    assert not are_one(desk, [*families(MOST_FAMILIES - 1), *PAIR], [])


def test_one_whom_a_removal_hides_did_not_count_before_either(desk: Steward) -> None:
    """Two agencies know the child, so others see it; then one of them takes its record back."""
    send_one(desk, "G", somebody("before") | {"address": HOME}, GP)
    send_one(desk, "S", somebody("before") | {"address": HOME}, SCHOOL)
    shield(desk, send_one(desk, "her", somebody("her")))
    child = send_one(desk, "S", somebody("her") | {"address": HOME}, SCHOOL, "amended")
    assert child == child_of(desk, "G", GP)
    assert desk.registrar.aggregates.child(child).held_back == set()  # type: ignore[union-attr]
    desk.send(numbered(9, "record.removed", "G", source=GP.urn), owner=GP)
    assert are_one(desk, [*families(MOST_FAMILIES - 1), *PAIR], [])


UPN, NHS = "D999417608014", "9990000417"
TAMSIN = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03"}
OTHERS = [Agency(f"gp-{number}", "A practice", AgencyKind.GP_REGISTRATION) for number in range(3)]


def test_who_is_merged_by_the_matcher_goes_on_being_like_a_shielded_child(desk: Steward) -> None:
    """A third agency tells that two children are one; the one that is absorbed had a record that is like hers."""
    first = send_one(desk, "G", TAMSIN | {"upn": UPN}, GP)
    assert send_one(desk, "S", TAMSIN | {"upn": UPN}, SCHOOL) == first
    for other in OTHERS:
        survivor = send_one(desk, "O", TAMSIN | {"family_name": "Achebe", "nhs_number": NHS}, other)
    her = {"given_name": "Wilhelmina", "family_name": "Quillfeather"}
    shield(desk, send_one(desk, "her", TAMSIN | her))
    hers = {"upn": UPN, "other_names": [her | {"kind": "former"}]}
    assert send_one(desk, "S", TAMSIN | hers, SCHOOL, "amended") == first
    former = {"given_name": "Tamsin", "family_name": "Achebe", "kind": "former"}
    between = TAMSIN | {"upn": UPN, "nhs_number": NHS, "other_names": [former]}
    assert send_one(desk, "T", between) == survivor == child_of(desk, "S", SCHOOL)
    assert desk.types()[-4:-1] == ["RecordHeldBack.v1", "RecordLinked.v1", "ChildrenMerged.v1"]
    assert desk.rows(f"select 1 from register.hidden_children where child = '{survivor}'")
    assert is_kept_apart(desk)
    decided = stored(desk)
    rebuild(desk)
    assert stored(desk) == decided
    send_one(desk, "S", TAMSIN, SCHOOL, "amended")
    assert desk.types()[-1] == "SuspicionEnded.v1"
    assert not desk.rows(f"select 1 from register.hidden_children where child = '{survivor}'")
    assert is_kept_apart(desk)


def test_one_who_is_held_back_is_still_met_for_who_decides(desk: Steward) -> None:
    hide(desk, "her", "held back", HOME)
    held = child_of(desk, "her", SCHOOL)
    with desk.database.transaction() as cursor:
        keys = index_keys(features_of(somebody("her") | {"address": HOME}, "2024-01-01", source="x"))
        assert children_met(cursor, [keys, []]) == [[held], []]


def test_who_names_a_shielded_childs_number_joins_it_and_it_keeps_its_own(desk: Steward) -> None:
    """The record meets the child by no key of where it is; who else knows the child is asked all the same."""
    hers = somebody("her") | {"nhs_number": "9990000018"}
    child = send_one(desk, "her", hers | {"address": HOME})
    shield(desk, child)
    assert send_one(desk, "her", hers | {"address": ELSEWHERE}, GP) == child == child_of(desk, "her")
    assert desk.types().count("ChildrenMerged.v1") == 0
    assert is_kept_apart(desk)


OFTEN = ("registered", "shield") * 2
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [*OFTEN, "amended", "removed", "lift", "merge", "split", "dismiss", "suspend", "resume", "erase"]
        ),
        st.integers(0, 3),
        st.integers(0, 1),
        st.integers(0, 2),
    ),
    max_size=14,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(ACTS)
def test_the_hidden_are_kept_apart_whatever_hides_them_and_the_log_gives_the_same(desk: Steward, acts: Any) -> None:
    run = f"{time.monotonic_ns()}"
    agencies = (AUTHORITY, SCHOOL)
    for number, (act, subject, by, who) in enumerate(acts):
        name, owner = f"{run}-{subject}", agencies[by]
        children = sorted(child for child, of in desk.members().items() if any(run in each for each in of))
        child, other = (children[n % len(children)] if children else "" for n in (subject, subject + who + 1))
        if act in ("registered", "amended", "removed"):
            kind = "record.removed" if act == "removed" else f"child.{act}"
            data = somebody(f"{run}-{who}") | {"address": HOME if subject else ELSEWHERE}
            particulars = {"data": data} if act != "removed" else {}
            desk.send(numbered(number, kind, subject=name, source=owner.urn, **particulars), owner=owner)
        elif act in ("suspend", "resume"):
            kind = DecisionType.AGENCY_SUSPEND if act == "suspend" else DecisionType.AGENCY_RESUME
            how = {"set_aside": True} if act == "suspend" else {}
            desk.decide(kind, agency=owner.code, **how)
            while desk.registrar.set_aside():
                pass
        elif not children:
            continue
        elif act == "merge":
            desk.merge(child, other)
        elif act == "dismiss":
            desk.dismiss(child, other)
        elif act == "split":
            desk.split(child)
        elif act == "erase":
            desk.decide(DecisionType.ERASE, child=child)
        else:
            kind = DecisionType.SHIELD_APPLY if act == "shield" else DecisionType.SHIELD_LIFT
            desk.decide(kind, child=child, **({"custodian": None} if act == "shield" else {}))
    assert is_kept_apart(desk)
    decided = stored(desk)
    rebuild(desk)
    assert stored(desk) == decided
    for owner in agencies:
        desk.decide(DecisionType.AGENCY_RESUME, agency=owner.code)
    while desk.registrar.set_aside():
        pass
