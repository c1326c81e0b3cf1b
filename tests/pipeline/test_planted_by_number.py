"""A record that somebody plants in a shielded child by its number: what follows, until a steward splits it off."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from services.submission_contract.decisions import DecisionType
from streams.access import grants
from tests.pipeline.test_shield_feeds import found
from tests.support.api_world import Headers, looking
from tests.support.entitlements import entitlement
from tests.support.shields import AT_RISK, NUMBER, decide, shield
from tests.support.world import World, person

WHO = {name: AT_RISK[name] for name in ("given_name", "family_name", "date_of_birth", "nhs_number")}
ALIAS = {"given_name": "Rosalind", "family_name": "Thackeray"}
PLANTED: dict[str, Any] = {
    **WHO,
    "address": {"lines": ["13 Nowhere"], "postcode": "ZX9 9ZZ"},
    "other_names": [ALIAS | {"kind": "former"}],
}


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    empty_world.enrol(Agency("school", "A school", AgencyKind.SCHOOL_CENSUS))
    grants.add_users(
        empty_world.database_url, empty_world.key, [entitlement(user="thief", organisation="school", authority=None)]
    )
    assert empty_world.submit(person("R1", **AT_RISK)) == ["accepted"]
    shield(empty_world, empty_world.child_with(NUMBER))
    return empty_world


def looks(client: TestClient, who: Headers, child: str) -> list[bytes]:
    return [client.get(f"/children/{child}{look}", headers=who).content for look in ("", "/history", "?why=true")]


def test_what_is_planted_by_number_is_shown_to_no_reader_and_leaves_with_a_split(
    world: World, client: TestClient, user: Headers
) -> None:
    (child,) = world.children()
    thief = looking(world, "user:thief")
    before = [looks(client, who, child) for who in (user, thief)]
    assert client.get(f"/children/{child}", headers=thief).json()["shielded"] is True
    kept = "select record::text, features from register.shielded_records order by 1"
    with world.database.transaction() as cursor:
        cursor.execute(kept)
        compared_with = cursor.fetchall()
    for kind, said in (
        ("child.registered", PLANTED),
        ("child.amended", PLANTED | ALIAS | {"date_of_birth": "2002-02-02", "nhs_number": "9990000085"}),
    ):
        assert world.submit(person("P", "school", **said) | {"type": kind}) == ["accepted"]
        assert world.children() == [child]
        assert [looks(client, who, child) for who in (user, thief)] == before
        assert found(client, user, **ALIAS, postcode="ZX9 9ZZ") == []
        with world.database.transaction() as cursor:
            cursor.execute(kept)
            assert cursor.fetchall() == compared_with
    known = world.registrar.aggregates.child(child)
    assert known is not None
    assert list(known.aside) == world.records_of(child)[1:]
    planted = [{"source": "urn:agency:school", "subject": "P"}]
    assert decide(world, DecisionType.SPLIT, child=child, records=planted) == "accepted"
    assert len(world.records_of(child)) == 1
    assert [looks(client, who, child) for who in (user, thief)] == before
