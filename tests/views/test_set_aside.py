"""What a suspended agency said is in no view while it is set aside, at no time, and comes back as it was."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from services.submission_contract.decisions import DecisionType
from streams.clock import utc_now
from streams.codec import iso_text
from tests.support.api_world import NHS_NUMBER, looking
from tests.support.shields import AT_RISK, decide, shield
from tests.support.world import World, person, submission

HOME = {"lines": ["1 High Street"], "postcode": "ZX1 1AA", "authority": "E06999001", "status": "current"}
STOLEN = {"lines": ["9 Harbour Row"], "postcode": "ZX9 9QQ", "authority": "E06999001", "status": "current"}
HIDDEN = "9990000050"
FOLLOWING = ("RecordSuspended", "RecordResumed", "RecordRestored", "RecordRemovedAgain")
BORN = {"date_of_birth": "2001-02-03", "nhs_number": NHS_NUMBER}


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    """A child that a council and a practice know, and one that only the practice knows."""
    involvement = {"involvement": "g-1", "service": "gp", "organisation": {"name": "Cragdale Surgery", "code": "Y1"}}
    outcomes = empty_world.submit(
        person("S1", **BORN, address=HOME),
        person("G1", "gp", **BORN, carers=[{"name": "Mallory Quill", "relationship": "uncle"}], address=STOLEN),
        submission("involvement.started", "G1", involvement, "gp"),
        person("G2", "gp", given_name="Bea", family_name="Octonion", nhs_number="9990000026", address=STOLEN),
    )
    assert outcomes == ["accepted"] * 4
    return empty_world


def shown_to_readers(world: World, client: TestClient, as_of: str) -> dict[str, Any]:
    """Everything that readers are told of the two children."""
    who = looking(world)
    ada, bea = world.child_with(NHS_NUMBER), world.child_named("bea")

    def of(path: str, **query: str) -> Any:
        answer = client.get(path, headers=who, params=query)
        return answer.json() if answer.status_code == 200 else answer.status_code

    def found(**criteria: str) -> list[str]:
        body = {"criteria": criteria, "reason": "an enquiry"}
        return [each["child"] for each in client.post("/children/search", headers=who, json=body).json()["results"]]

    return {
        "why": [_without_place(of(f"/children/{child}", why="true")) for child in (ada, bea)],
        "entries": [_without_place(of(f"/children/{child}")) for child in (ada, bea)],
        "earlier": [_without_place(of(f"/children/{child}", as_of=as_of)) for child in (ada, bea)],
        "said": [_types(of(f"/children/{child}/history")) for child in (ada, bea)],
        "no-gp": [each["child"] for each in of("/reports/no-gp", on="2010-01-01")["children"]],
        "search": [found(given_name="Bea", family_name="Octonion"), found(nhs_number="9990000026")],
        "by home": found(given_name="Ada", family_name="Quaternion", postcode="ZX9 9QQ"),
    }


def _without_place(entry: Any) -> Any:
    """An entry without what tells when anything was last decided, and whose records count for nothing now."""
    if not isinstance(entry, dict):
        return entry
    kept = {name: value for name, value in entry.items() if name != "left_out"}
    return {**kept, "position": None, "as_of": None}


def _types(history: Any) -> Any:
    """The events of a history, without those that a suspension caused."""
    if not isinstance(history, dict):
        return history
    return [
        each["type"] for each in history["events"] if not each["type"].startswith(("RecordSuspended", "RecordResumed"))
    ]


def test_what_is_set_aside_is_in_no_answer_and_comes_back(world: World, client: TestClient) -> None:
    moment = iso_text(utc_now())
    before, ada, bea = shown_to_readers(world, client, moment), world.child_with(NHS_NUMBER), world.child_named("bea")
    assert (before["no-gp"], before["search"]) == ([bea], [[bea], [bea]])
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="gp", set_aside=True) == "accepted"
    world.show()
    aside = shown_to_readers(world, client, moment)
    for secret in ("Mallory", "ZX9", "Cragdale", "urn:agency:gp"):
        assert secret in str(before)
        assert secret not in str(aside)
    assert aside["entries"][1] == aside["earlier"][1] == aside["said"][1] == 404
    assert aside["entries"][0] == aside["earlier"][0]
    assert (aside["no-gp"], aside["search"]) == ([ada], [[], []])
    assert decide(world, DecisionType.AGENCY_RESUME, agency="gp") == "accepted"
    world.show()
    assert shown_to_readers(world, client, moment) == before


def test_what_was_recorded_since_a_moment_is_left_out_and_what_was_before_holds(
    world: World, client: TestClient
) -> None:
    ada, who = world.child_with(NHS_NUMBER), looking(world)
    moment = iso_text(utc_now())
    before = shown_to_readers(world, client, moment)
    poisoned = BORN | {"address": STOLEN | {"postcode": "ZX7 7QQ"}, "carers": []}
    amended = person("G1", "gp", **poisoned) | {"type": "child.amended", "time": "2008-12-01T00:00:00Z"}
    ended = submission("involvement.ended", "G1", {"involvement": "g-1", "ended_on": "2008-11-01"}, "gp")
    flag = submission("flag.raised", "S1", {"flag": "information-to-share", "raised_on": "2008-01-01"})
    assert world.submit(amended, ended, flag) == ["accepted"] * 3
    after = shown_to_readers(world, client, moment)
    assert "ZX7" in str(after)
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="gp", set_aside=True, since=moment) == "accepted"
    world.show()
    shown = client.get(f"/children/{ada}", headers=who).json()
    assert shown.pop("flags") != []
    assert _without_place(shown) == {key: value for key, value in before["entries"][0].items() if key != "flags"}
    assert "ZX7" not in str(shown_to_readers(world, client, iso_text(utc_now())))
    assert decide(world, DecisionType.AGENCY_RESUME, agency="gp") == "accepted"
    world.show()
    assert shown_to_readers(world, client, moment) == after


@pytest.mark.parametrize("without_removals", [False, True])
def test_what_its_credential_removed_since_a_moment_is_shown_as_before(
    world: World, client: TestClient, without_removals: bool
) -> None:
    number = f"W{without_removals:d}"
    dina = {"given_name": "Dina", "family_name": f"Quandle{number}", "address": HOME}
    flag = {"flag": "information-to-share", "raised_on": "2008-01-01"}
    amended = person(number, **dina | {"given_name": "Dinah"}) | {
        "type": "child.amended",
        "time": "2008-12-01T00:00:00Z",
    }
    world.submit(person(number, **dina), amended, submission("flag.raised", number, flag))
    child, who = world.child_named("dinah"), looking(world)

    def answers() -> dict[str, Any]:
        body = {"criteria": {"given_name": "Dina", "family_name": f"Quandle{number}"}, "reason": "an enquiry"}
        found = client.post("/children/search", headers=who, json=body).json()["results"]
        paths = (f"/children/{child}", f"/children/{child}?as_of={moment}", f"/children/{child}/history")
        entry, earlier, history = (client.get(path, headers=who) for path in paths)
        listed = client.get("/reports/no-gp?on=2010-01-01", headers=who).json()["children"]
        return {
            "entry": _without_place(entry.json()) if entry.status_code == 200 else None,
            "earlier": _without_place(earlier.json()) if earlier.status_code == 200 else None,
            "said": [
                (each["type"], {key: value for key, value in each["data"].items() if key not in ("record_version",)})
                for each in (history.json()["events"] if history.status_code == 200 else ())
                if not each["type"].startswith(FOLLOWING)
            ],
            "found": [each["child"] for each in found],
            "listed": child in [each["child"] for each in listed],
        }

    moment = iso_text(utc_now())
    before = answers()
    assert (before["found"], before["listed"], len(before["said"]) > 3) == ([child], True, True)
    gone = submission("record.removed", number, {"reason": "registered-in-error", "on": "2009-01-01"})
    assert world.submit(gone) == ["accepted"]
    nothing = answers()
    assert nothing == {"entry": None, "earlier": None, "said": [], "found": [], "listed": False}
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="la-north", set_aside=True, since=moment) == "accepted"
    world.show()
    assert answers() == before
    assert "told" not in client.get(f"/children/{child}/history", headers=who).text
    assert decide(world, DecisionType.AGENCY_RESUME, agency="la-north", without_removals=without_removals) == "accepted"
    world.show()
    assert answers() == (before if without_removals else nothing)


def test_a_child_that_its_amendment_had_hidden_is_visible_until_it_is_resumed(world: World, client: TestClient) -> None:
    cora = {"given_name": "Cora", "family_name": "Sedenion", "date_of_birth": "2004-04-04"}
    like = {key: AT_RISK[key] for key in ("given_name", "family_name", "date_of_birth")}
    assert (
        world.submit(person("S7", **AT_RISK | {"nhs_number": HIDDEN}), person("G7", "gp", **cora, address=STOLEN))
        == ["accepted"] * 2
    )
    shield(world, world.child_with(HIDDEN))
    child, who, moment = world.child_named("cora"), looking(world), iso_text(utc_now())

    def entry() -> Any:
        return _without_place(client.get(f"/children/{child}?why=true", headers=who).json())

    before = entry()
    assert before["addresses"] != []
    amended = person("G7", "gp", **like, address=STOLEN) | {"type": "child.amended", "time": "2008-12-01T00:00:00Z"}
    assert world.submit(amended) == ["accepted"]
    hidden = entry()
    assert hidden["status"] == 404
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="gp", set_aside=True, since=moment) == "accepted"
    assert entry() == before
    assert decide(world, DecisionType.AGENCY_RESUME, agency="gp") == "accepted"
    assert entry() == hidden
