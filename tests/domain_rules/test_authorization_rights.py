"""Every cell of the table of rights, against a second statement of it; and that nothing else is allowed."""

import csv
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authorization import (
    RIGHTS,
    VERSION,
    Action,
    Cause,
    Charge,
    Effect,
    Entitlement,
    Jurisdiction,
    Role,
    Verdict,
    decide,
    jurisdiction,
    jurisdiction_over,
)
from domain.authorization.rights import TABLE, _read
from tests.support.entitlements import DATES, NORTH, SOUTH, TODAY, entitlement


def stated() -> dict[tuple[str, str, str], tuple[str, str]]:
    """The second statement: (role, action, place) → what comes of it with and without clearance."""
    with Path(__file__).with_name("rights.csv").open(encoding="utf-8") as file:
        return {
            (role, line["action"], line["where"]): _effects(line[role])
            for line in csv.DictReader(file)
            for role in Role
        }


def _effects(cell: str) -> tuple[str, str]:
    cleared, _, otherwise = cell.partition("/")
    return cleared or "deny", otherwise or "deny"


STATED = stated()
CELLS = list(product(Role, Action, Jurisdiction))


def effects(role: Role, action: Action, place: Jurisdiction) -> tuple[Effect, Effect]:
    """What comes of it with and without clearance."""
    cleared, otherwise = (decide(entitlement(role, sensitive=each), action, TODAY, place) for each in (True, False))
    return cleared.effect, otherwise.effect


@pytest.mark.parametrize("action", Action)
def test_the_cells_of_an_action(action: Action) -> None:
    cells = list(product(Role, Jurisdiction))
    decided = {(role, action, place): effects(role, action, place) for role, place in cells}
    assert decided == {cell: STATED[cell] for cell in decided}


def test_both_statements_are_about_the_same_cells() -> None:
    assert set(STATED) == set(CELLS)
    assert set(RIGHTS) <= set(STATED)


def test_clearance_never_takes_away() -> None:
    order = [Effect.DENY, Effect.MASK, Effect.ALLOW]
    for cell in CELLS:
        cleared, otherwise = effects(*cell)
        assert order.index(cleared) >= order.index(otherwise), cell


def test_whoever_was_granted_nothing_is_denied() -> None:
    assert not_denied(None) == []


def not_denied(user: Entitlement | None) -> list[tuple[Action, Jurisdiction]]:
    """What the user may do, and where."""
    return [cell for cell in product(Action, Jurisdiction) if not decide(user, cell[0], TODAY, cell[1]).denied]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("lapsed", [*({name: TODAY - timedelta(1)} for name in DATES), {"revoked": True}], ids=str)
def test_whoever_is_not_active_is_denied(role: Role, lapsed: dict[str, Any]) -> None:
    assert not_denied(entitlement(role, sensitive=True, authority=None, **lapsed)) == []


@pytest.mark.parametrize("name", DATES)
def test_the_last_day_still_counts_and_a_lapse_says_which(name: str) -> None:
    last = entitlement(**{name: TODAY})
    assert not decide(last, Action.SHOW, TODAY, Jurisdiction.OWN).denied
    sentence = {"trained_until": "training", "vetted_until": "vetting", "signed_off_until": "sign-off"}[name]
    assert sentence in decide(last, Action.SHOW, TODAY + timedelta(1), Jurisdiction.OWN).why


@pytest.mark.parametrize(
    ("effect", "denied", "cleared"),
    [(Effect.ALLOW, False, True), (Effect.MASK, False, False), (Effect.DENY, True, False)],
)
def test_only_what_is_allowed_shows_sensitive_services(effect: Effect, denied: bool, cleared: bool) -> None:
    verdict = Verdict(effect)
    assert (verdict.denied, verdict.cleared) == (denied, cleared)


@pytest.mark.parametrize(
    ("changes", "action", "place", "cause", "why"),
    [
        ({"revoked": True}, Action.SHOW, Jurisdiction.OWN, Cause.LAPSED, "revoked"),
        ({}, Action.EXPORT, Jurisdiction.OWN, Cause.ROLE, "practitioner"),
        ({}, Action.EXPORT, Jurisdiction.OTHER, Cause.ROLE, "practitioner"),
        ({}, Action.REPORT, Jurisdiction.OTHER, Cause.PLACE, "own authority only"),
        ({}, Action.REPORT, Jurisdiction.NONE, Cause.PLACE, "own authority only"),
        (
            {"role": Role.DATA_MANAGER},
            Action.MERGE,
            Jurisdiction.OWN,
            Cause.CLEARANCE,
            "cleared for sensitive services",
        ),
    ],
)
def test_a_denial_has_its_cause(
    changes: dict[str, Any], action: Action, place: Jurisdiction, cause: Cause, why: str
) -> None:
    verdict = decide(entitlement(**changes), action, TODAY, place)
    assert (verdict.effect, verdict.cause) == (Effect.DENY, cause)
    assert why in verdict.why


def test_who_was_granted_nothing_is_told_so() -> None:
    assert decide(None, Action.SHOW, TODAY, Jurisdiction.OWN).cause is Cause.NOT_GRANTED


def test_what_is_not_denied_has_no_cause() -> None:
    assert decide(entitlement(), Action.SHOW, TODAY, Jurisdiction.OWN) == (Effect.MASK, "", None)
    assert decide(entitlement(sensitive=True), Action.SHOW, TODAY, Jurisdiction.OWN) == (Effect.ALLOW, "", None)


def test_the_causes_are_those_of_the_access_log() -> None:
    assert sorted(Cause) == [
        "clearance",
        "granting",
        "lapsed",
        "no-reason",
        "not-granted",
        "own-case",
        "place",
        "role",
        "too-many",
    ]


@pytest.mark.parametrize("role", Role)
def test_what_is_no_action_is_denied(role: Role) -> None:
    unknown: Any = "open-everything"
    assert decide(entitlement(role, sensitive=True), unknown, TODAY, Jurisdiction.OWN).denied
    nowhere: Any = "everywhere"
    assert decide(entitlement(role, sensitive=True), Action.SHOW, TODAY, nowhere).denied


def test_what_is_no_role_is_denied() -> None:
    nobody: Any = entitlement()
    object.__setattr__(nobody, "role", "wizard")
    assert all(decide(nobody, action, TODAY, place).denied for action in Action for place in Jurisdiction)


def test_no_cell_is_named_twice() -> None:
    cells = [cell for cell, _ in _read(TABLE)]
    assert len(cells) == len(set(cells)) == len(RIGHTS)


def test_whoever_grants_sees_no_child() -> None:
    about_children = {Action.FIND, Action.SHOW, Action.HISTORY, Action.EXPORT, Action.REPORT, Action.DUPLICATES}
    assert not [cell for cell in RIGHTS if cell.role == Role.AUTHORITY_ADMINISTRATOR and cell.action in about_children]


def test_the_version_is_that_of_the_table() -> None:
    assert VERSION.startswith("rights-")
    assert len(VERSION) == len("rights-") + 12


@pytest.mark.parametrize(
    ("own", "about", "place"),
    [
        (NORTH, [NORTH], Jurisdiction.OWN),
        (NORTH, [SOUTH, NORTH], Jurisdiction.OWN),
        (NORTH, [SOUTH], Jurisdiction.OTHER),
        (NORTH, [], Jurisdiction.NONE),
        (NORTH, [None, ""], Jurisdiction.NONE),
        (None, [SOUTH], Jurisdiction.OWN),
        (None, [], Jurisdiction.OWN),
    ],
)
def test_the_jurisdiction_of_an_action(own: str | None, about: list[str | None], place: Jurisdiction) -> None:
    assert jurisdiction(own, *about) is place


WEST = "E06999003"
OURS, THEIRS, NOBODYS = Charge(NORTH), Charge(SOUTH), Charge(None)
SAID_HERE, SAID_THERE, SAID_BOTH = (Charge(None, reported) for reported in ([NORTH], [SOUTH], [NORTH, SOUTH]))


@pytest.mark.parametrize(
    ("own", "children", "place"),
    [
        (NORTH, [OURS], Jurisdiction.OWN),
        (NORTH, [THEIRS], Jurisdiction.OTHER),
        (NORTH, [NOBODYS], Jurisdiction.NONE),
        (NORTH, [SAID_HERE], Jurisdiction.NONE),
        (NORTH, [SAID_THERE], Jurisdiction.OTHER),
        (NORTH, [SAID_BOTH], Jurisdiction.OTHER),
        (None, [SAID_BOTH], Jurisdiction.OWN),
        (NORTH, [OURS, SAID_THERE], Jurisdiction.OWN),
        (NORTH, [THEIRS, SAID_HERE], Jurisdiction.OTHER),
        (NORTH, [SAID_HERE, SAID_THERE], Jurisdiction.NONE),
        (NORTH, [SAID_BOTH, NOBODYS], Jurisdiction.NONE),
        (NORTH, [SAID_THERE, NOBODYS], Jurisdiction.OTHER),
        (NORTH, [NOBODYS, NOBODYS], Jurisdiction.NONE),
    ],
)
def test_the_jurisdiction_over_children(own: str | None, children: list[Charge], place: Jurisdiction) -> None:
    assert jurisdiction_over(own, *children) is place


SAID = st.lists(st.sampled_from([NORTH, SOUTH, WEST]), max_size=3)
CHARGES = st.builds(Charge, st.sampled_from([None, NORTH, SOUTH]), SAID)


@given(st.sampled_from([None, NORTH]), st.lists(CHARGES, min_size=1, max_size=2), st.data())
def test_what_one_agency_says_alone_never_gives_a_right_over_a_child(
    own: str | None, children: list[Charge], data: st.DataObject
) -> None:
    """Whoever adds a word takes rights away; no word makes a child the own one, or anybody's."""
    unsaid = [Charge(each.authority) for each in children]
    assert jurisdiction_over(own, *unsaid) is jurisdiction(own, *(each.authority for each in children))
    place = jurisdiction_over(own, *children)
    assert (place is Jurisdiction.OWN) is (jurisdiction_over(own, *unsaid) is Jurisdiction.OWN)
    (one, *_) = children
    more = Charge(one.authority, [*one.reported, data.draw(st.sampled_from([NORTH, SOUTH, WEST]))])
    if jurisdiction_over(own, one) is Jurisdiction.OTHER:
        assert jurisdiction_over(own, more) is Jurisdiction.OTHER
