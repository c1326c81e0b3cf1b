"""Who shielded children are, in the registrar's tables: kept as long as the shield, and built again alike."""

from collections.abc import Iterator

import pytest

from services.submission_contract.decisions import DecisionType
from tests.pipeline.test_suspension import rebuilt, resume, suspend
from tests.support.desk import AUTHORITY, open_desk
from tests.support.steward import TIME, Steward, somebody
from tests.support.world import submission


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def kept(desk: Steward) -> list[str]:
    """The numbers of the records that are kept of shielded children; a rebuild has the same."""
    statement = (
        "select k.key from register.shielded_records s join register.record_keys k on k.stream = s.record"
        " where k.kind = 'subject' order by 1"
    )
    all_of_it = "select record::text, child::text, features from register.shielded_records order by 1"
    live, stored = desk.rows(statement), desk.rows(all_of_it)
    rebuilt(desk)
    assert desk.rows(all_of_it) == stored
    return [key for (key,) in live]


def shield(desk: Steward, child: str, kind: DecisionType = DecisionType.SHIELD_APPLY) -> None:
    custodian = {"custodian": "E06999001"} if kind == DecisionType.SHIELD_APPLY else {}
    assert desk.decide(kind, child=child, **custodian).outcome == "accepted"


def remove(desk: Steward, subject: str) -> None:
    removal = submission("record.removed", subject, {"reason": "court-order"}, "la-x") | {"time": TIME}
    assert desk.send(removal)[0].outcome == "accepted"


def test_a_record_that_is_removed_is_kept_until_the_shield_is_lifted(desk: Steward) -> None:
    child, _ = desk.register("S1", "S2")
    shield(desk, child)
    remove(desk, "S1")
    assert kept(desk) == ["S1"]
    shield(desk, child, DecisionType.SHIELD_REVIEW)
    assert kept(desk) == ["S1"]
    (answer,) = desk.send(submission("child.registered", "S3", somebody("S1"), "la-x"))
    assert answer.outcome == "accepted"
    assert desk.types().count("RecordHeldBack.v1") == 1
    shield(desk, child, DecisionType.SHIELD_LIFT)
    assert kept(desk) == []


def test_a_record_that_is_set_aside_when_the_shield_comes_is_kept_too(desk: Steward) -> None:
    (child,) = desk.register("S1")
    assert suspend(desk, set_aside=True).outcome == "accepted"
    while desk.registrar.set_aside():
        pass
    shield(desk, child)
    assert kept(desk) == ["S1"]
    assert resume(desk).outcome == "accepted"
    while desk.registrar.set_aside():
        pass
    assert kept(desk) == ["S1"]


def test_a_child_whose_own_shield_stands_again_is_kept_again(desk: Steward) -> None:
    child, survivor = desk.register("S1", "S2")
    shield(desk, child)
    assert desk.merge(survivor, child).outcome == "accepted"
    shield(desk, survivor, DecisionType.SHIELD_LIFT)
    assert kept(desk) == []
    assert desk.split(survivor).outcome == "accepted"
    assert kept(desk) == ["S1"]


def test_what_is_kept_of_a_removed_record_moves_with_its_child(desk: Steward) -> None:
    child, survivor = desk.register("S1", "S2")
    shield(desk, child)
    remove(desk, "S1")
    assert desk.merge(survivor, child).outcome == "accepted"
    assert kept(desk) == ["S1", "S2"]
    assert desk.split(survivor).outcome == "accepted"
    assert kept(desk) == ["S1", "S2"]
    shield(desk, child, DecisionType.SHIELD_LIFT)
    assert kept(desk) == ["S2"]


@pytest.mark.parametrize("batch", [2, 3, 4, 2_000])
def test_who_inherits_a_shield_keeps_all_that_the_merge_brings(
    desk: Steward, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, other, survivor = desk.register("S1", "S2", "S3")
    shield(desk, child)
    assert desk.merge(child, other).outcome == "accepted"
    monkeypatch.setattr("services.registrar.reindex.BATCH", batch)
    assert kept(desk) == ["S1"]
    assert desk.merge(survivor, child).outcome == "accepted"
    assert kept(desk) == ["S1", "S2", "S3"]


def test_what_a_batch_of_decisions_removes_after_its_shield_is_kept(desk: Steward) -> None:
    (child,) = desk.register("S1")
    record = {"source": AUTHORITY.urn, "subject": "S1"}
    shielding = desk.decision(DecisionType.SHIELD_APPLY, child=child, custodian="E06999001")
    removal = desk.decision(DecisionType.RECORD_REMOVE, child=child, record=record)
    assert [answer.outcome for answer in desk.registrar.handle([shielding, removal])] == ["accepted", "accepted"]
    assert kept(desk) == ["S1"]
