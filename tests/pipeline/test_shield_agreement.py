"""The registrar holds back just those whom readers see no more: in whatever order shields and records come."""

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from projections.engine.live_schema import use_live
from services.submission_contract.decisions import DecisionType
from tests.support.shields import HOME, decide
from tests.support.steward import somebody
from tests.support.world import World, person, submission

BORN, REFUGE = "2003-05-17", {"lines": ["4 Refuge Row"], "postcode": "ZX6 6QQ"}
VARIANTS: tuple[dict[str, Any], ...] = (
    {"given_name": "Ottilie", "date_of_birth": BORN, "address": HOME},
    {"given_name": "Ottilie", "date_of_birth": "2003-07-17", "address": REFUGE},
    {"given_name": "Odile", "date_of_birth": BORN, "address": REFUGE},
    {"given_name": "Otto", "date_of_birth": BORN, "address": {"lines": ["2 Dale End"], "postcode": "ZX3 3CC"}},
    {"given_name": "Wilhelmina", "date_of_birth": "1999-01-02", "address": REFUGE},
)
"""How agencies write down a few children who are alike, and one who is like none of them."""
AGENCIES = ("la-north", "gp", "school-x")
DECISIONS = {
    "shield": (DecisionType.SHIELD_APPLY, {"custodian": HOME["authority"]}),
    "lift": (DecisionType.SHIELD_LIFT, {}),
    "review": (DecisionType.SHIELD_REVIEW, {}),
    "split": (DecisionType.SPLIT, {}),
}
PAIRED = {"merge": DecisionType.MERGE, "dismiss": DecisionType.DISMISS}
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("registered", "registered", "amended", "shield", "lift", "merge", "split", "dismiss", "review"),
                *("removed", "suspend", "resume"),
            ]
        ),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 4),
    ),
    min_size=4,
    max_size=12,
)
_runs = count(1)


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    empty_world.enrol(Agency("school-x", "A census", AgencyKind.SCHOOL_CENSUS))
    return empty_world


def children_of(world: World, run: str) -> list[str]:
    """The children with a record of the run, in an order that does not depend on chance."""
    with world.database.transaction() as cursor:
        cursor.execute(
            "select i.child::text, min(k.source || k.key) from register.match_index i"
            " join register.record_keys k on k.stream = i.record and k.key like %s group by 1 order by 2",
            (f"{run} %",),
        )
        return [child for child, _ in cursor.fetchall()]


def now_of(world: World) -> str:
    """The moment, by the database's clock."""
    with world.database.transaction() as cursor:
        cursor.execute("select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        return str(cursor.fetchall()[0][0])


def unseen(world: World, children: list[str]) -> set[str]:
    """Those of the children whom readers do not see, or not where they are."""
    with world.database.transaction() as cursor:
        use_live(cursor)
        cursor.execute("select child::text from hidden where child = any(%s::uuid[])", (children,))
        return {child for (child,) in cursor.fetchall()}


def kept_back(world: World, children: list[str]) -> set[str]:
    """Those of the children to whom the registrar joins nothing."""
    known = {child: world.registrar.aggregates.child(child) for child in children}
    return {number for number, child in known.items() if child and (child.shield or child.is_held_back)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(ACTS)
def test_the_registrar_holds_back_just_those_whom_readers_see_no_more(world: World, acts: Any) -> None:
    run = f"run-{next(_runs)}"
    family = somebody(run)["family_name"]
    for agency in AGENCIES:
        decide(world, DecisionType.AGENCY_RESUME, agency=agency)
    begun = now_of(world)
    for act, subject, by, who in acts:
        children = children_of(world, run)
        child, other = (children[n % len(children)] if children else "" for n in (subject, subject + who + 1))
        if act in ("registered", "amended"):
            sent = person(f"{run} {subject}", AGENCIES[by], **VARIANTS[who], family_name=family)
            world.submit(sent | {"type": f"child.{act}"})
        elif act == "removed":
            world.submit(submission("record.removed", f"{run} {subject}", {"reason": "registered-in-error"}))
        elif act == "suspend":
            since = {"since": begun} if who else {}
            decide(world, DecisionType.AGENCY_SUSPEND, agency=AGENCIES[by], set_aside=True, **since)
        elif act == "resume":
            decide(world, DecisionType.AGENCY_RESUME, agency=AGENCIES[by], without_removals=who % 2 == 0)
        elif children and act in PAIRED:
            decide(world, PAIRED[act], left=child, right=other)
        elif children:
            kind, data = DECISIONS[act]
            decide(world, kind, child=child, **data)
        children = children_of(world, run)
        assert kept_back(world, children) == unseen(world, children), act
