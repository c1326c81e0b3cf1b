"""What a refuge's school sends stays hidden, whatever happens to the shielded child's own records."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from services.api.routes import steward_decisions
from services.submission_contract.decisions import DecisionType
from streams.access import grants
from streams.clock import utc_now
from streams.codec import iso_text
from tests.pipeline.test_shield_feeds import absent, exported, found, of
from tests.support.api_world import Headers, looking
from tests.support.entitlements import SOUTH, entitlement
from tests.support.shields import HOME, decide, shield
from tests.support.world import World, person, submission

REFUGE = {"lines": ["4 Refuge Row"], "postcode": "ZX6 6QQ", "authority": HOME["authority"], "status": "current"}
NAMES = ("Ottilie", "Perpetua", "Quenby", "Rosalind", "Sunniva", "Theodora", "Ursuline", "Verity")


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    schools = [Agency(code, f"A {code}", AgencyKind.SCHOOL_CENSUS) for code in ("school", "other-school")]
    empty_world.enrol(*schools)
    manager = entitlement("data-manager", user="south-manager", authority=SOUTH, sensitive=True)
    grants.add_users(empty_world.database_url, empty_world.key, [manager])
    return empty_world


def council(world: World, subject: str) -> str:
    """The council that has a record of that number, and nothing else; the other tests' stay as they are."""
    code = f"la-{subject.lower()}"
    if code not in {each.code for each in world.agencies}:
        world.enrol(Agency(code, f"Council {subject}", AgencyKind.LOCAL_AUTHORITY, "E06999002"))
    return code


def amend(world: World, subject: str, her: dict[str, Any]) -> None:
    sent = person(subject, council(world, subject), **her, address={**HOME, "postcode": "ZX9 9AA"}) | {
        "type": "child.amended",
        "time": "2009-01-01T00:00:00Z",
    }
    assert world.submit(sent) == ["accepted"]


def remove(world: World, subject: str, _: dict[str, Any]) -> None:
    sent = submission("record.removed", subject, {"reason": "court-order"}, council(world, subject))
    assert world.submit(sent) == ["accepted"]


def suspend(world: World, subject: str, _: dict[str, Any], **how: Any) -> None:
    of = council(world, subject)
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency=of, set_aside=True, **how) == "accepted"
    world.show()


def resume(world: World, subject: str, _: dict[str, Any]) -> None:
    assert decide(world, DecisionType.AGENCY_RESUME, agency=council(world, subject)) == "accepted"
    world.show()


def amend_and_suspend(world: World, subject: str, her: dict[str, Any]) -> None:
    """What it has amended is set aside; its record stays."""
    moment = iso_text(utc_now())
    amend(world, subject, her)
    suspend(world, subject, her, since=moment)


HAPPENS: dict[str, tuple[Callable[..., None], ...]] = {
    "amended": (amend,),
    "removed": (remove,),
    "amended and removed": (amend, remove),
    "set aside": (suspend, resume),
    "set aside in part": (amend_and_suspend, resume),
}
"""What happens to the shielded child's only record, and what ends that."""


def shielded(world: World, given: str) -> tuple[str, str, dict[str, Any]]:
    """A shielded child whom one council alone knows, its number there, and who it is."""
    her, subject = {"given_name": given, "family_name": "Orrell", "date_of_birth": "2003-05-17"}, f"H-{given}"
    child = new_child(world, person(subject, council(world, subject), **her))
    shield(world, child)
    return child, subject, her


def new_child(world: World, sent: dict[str, Any]) -> str:
    before = set(world.children())
    assert world.submit(sent) == ["accepted"]
    (child,) = set(world.children()) - before
    return child


def at_a_refuge(world: World, her: dict[str, Any], subject: str, agency: str = "school") -> str:
    """The child of a record that a school near a refuge sends of her, without a number."""
    return new_child(world, person(subject, agency, **her, address=REFUGE))


@pytest.mark.parametrize("what", HAPPENS)
def test_nothing_that_happens_to_the_shielded_childs_record_shows_what_is_held_back(
    world: World, client: TestClient, user: Headers, what: str
) -> None:
    given = NAMES[list(HAPPENS).index(what)]
    child, subject, her = shielded(world, given)
    held = at_a_refuge(world, her, f"R-{given}")
    hidden = [held]
    for happens in HAPPENS[what]:
        happens(world, subject, her)
        assert exported(client, user).keys().isdisjoint(hidden)
        assert all(absent(client, user, each) for each in hidden)
        assert held not in found(client, user, given_name=given, postcode="ZX6 6QQ", date_of_birth="2003-05-17")
        queue = client.get("/duplicates", headers=user).json()
        assert {held} <= {each[side] for each in of(child, queue) for side in ("left", "right")}
        (waiting,) = [each for each in queue["like_shielded"] if each["source"] == "urn:agency:school"]
        assert waiting["records"] >= 1
        hidden.append(at_a_refuge(world, her, f"R-{given}-{len(hidden)}"))
        assert all(absent(client, user, each) for each in hidden)
    for each in hidden:
        assert decide(world, DecisionType.DISMISS, left=each, right=child) == "accepted"
        assert client.get(f"/children/{each}", headers=user).json()["addresses"][0]["postcode"] == "ZX6 6QQ"


def test_a_custodian_decides_about_a_shielded_child_of_whom_no_record_is_left(
    world: World, client: TestClient, user: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, subject, her = shielded(world, "Thomasina")
    held = at_a_refuge(world, her, "R-Thomasina")
    remove(world, subject, her)
    monkeypatch.setattr(steward_decisions, "TIMEOUT_S", 0.1)
    (pair,) = of(child, client.get("/duplicates", headers=user).json())
    side = "left" if pair["left"] == child else "right"
    assert pair[f"{side}_entry"]["name"] == {"given_name": "", "family_name": ""}
    both, others = {"left": held, "right": child}, looking(world, "user:south-manager")
    masked = looking(world, "user:demo-masked")
    lifted = client.post(f"/children/{child}/shield/lift", headers=masked, json={"reason": "a safeguarding enquiry"})
    assert lifted.status_code == 404
    for path, what in (("/duplicates/dismiss", both), (f"/children/{child}/shield/lift", {})):
        body = {**what, "reason": "a safeguarding enquiry"}
        assert client.post(path, headers=others, json=body).status_code == 404
        assert client.post(path, headers=user, json=body).status_code == 202


def test_what_an_agency_had_said_at_first_stays_hidden_when_what_it_said_later_is_set_aside(
    world: World, client: TestClient, user: Headers
) -> None:
    child, _, her = shielded(world, "Wynne")
    held = at_a_refuge(world, her, "R-W", "other-school")
    moment = iso_text(utc_now())
    other = {"given_name": "Somebody", "family_name": "Else", "date_of_birth": "2001-01-01"}
    sent = person("R-W", "other-school", **other) | {"type": "child.amended", "time": "2009-01-01T00:00:00Z"}
    assert world.submit(sent) == ["accepted"]
    assert not absent(client, user, held)
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="other-school", set_aside=True, since=moment) == "accepted"
    world.show()
    assert absent(client, user, held)
    queue = client.get("/duplicates", headers=user).json()
    assert {each[side] for each in of(child, queue) for side in ("left", "right")} == {child, held}
    assert decide(world, DecisionType.AGENCY_RESUME, agency="other-school") == "accepted"
    world.show()
    assert not absent(client, user, held)


def test_a_shielded_child_is_not_destroyed_while_somebody_is_held_back_for_being_like_her(
    world: World, client: TestClient, user: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, subject, her = shielded(world, "Xanthe")
    held = at_a_refuge(world, her, "R-X")
    record = {"source": f"urn:agency:{council(world, subject)}", "subject": subject}
    for what in ({"child": child}, {"record": record}):
        answer = client.post("/erasures", headers=user, json={"reason": "court-order: all of it", **what})
        assert (answer.status_code, answer.json()["code"]) == (409, "undecided-pairs")
    assert decide(world, DecisionType.DISMISS, left=held, right=child) == "accepted"
    monkeypatch.setattr(steward_decisions, "TIMEOUT_S", 0.1)
    answer = client.post("/erasures", headers=user, json={"reason": "court-order: all of it", "child": child})
    assert answer.status_code == 202


@pytest.mark.parametrize("what", ["child", "record"])
def test_who_is_held_back_stays_hidden_when_the_shielded_child_is_destroyed(
    world: World, client: TestClient, user: Headers, what: str
) -> None:
    child, subject, her = shielded(world, {"child": "Yolande", "record": "Zenobia"}[what])
    held = at_a_refuge(world, her, f"R-{what}")
    record = {"source": f"urn:agency:{council(world, subject)}", "subject": subject}
    named = {"record": record} if what == "record" else {}
    assert decide(world, DecisionType.ERASE, child=child, **named) == "accepted"
    world.show()
    assert absent(client, user, held)
    assert held not in exported(client, user)
    for kind in (DecisionType.SHIELD_APPLY, DecisionType.SHIELD_LIFT):
        assert absent(client, user, held) is (kind == DecisionType.SHIELD_APPLY)
        custodian = {"custodian": HOME["authority"]} if kind == DecisionType.SHIELD_APPLY else {}
        assert decide(world, kind, child=held, **custodian) == "accepted"
    assert client.get(f"/children/{held}", headers=user).json()["addresses"][0]["postcode"] == "ZX6 6QQ"


def test_who_is_like_two_of_her_records_stays_hidden_when_the_likelier_one_was_somebody_elses(
    world: World, client: TestClient, user: Headers
) -> None:
    her = {"given_name": "Aurelia", "family_name": "Orrell", "date_of_birth": "2003-05-17", "gender": None}
    girl, numbered = her | {"gender": "female"}, {"nhs_number": "9990000093"}
    child = new_child(world, person("T", council(world, "T"), **her, **numbered))
    assert world.submit(person("T", "gp", **girl, **numbered)) == ["accepted"]
    shield(world, child)
    held = at_a_refuge(world, girl, "RT")
    before = set(world.children())
    records = [{"source": "urn:agency:gp", "subject": "T"}]
    assert decide(world, DecisionType.SPLIT, child=child, records=records) == "accepted"
    (other,) = set(world.children()) - before
    assert decide(world, DecisionType.SHIELD_LIFT, child=other) == "accepted"
    assert absent(client, user, held)
    assert held not in exported(client, user)
    assert decide(world, DecisionType.SHIELD_LIFT, child=child) == "accepted"
    assert not absent(client, user, held)
