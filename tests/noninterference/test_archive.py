"""Whoever may not read of the archive gets the same answers, byte for byte, as if the child were absent.

And once she has returned, as if she had never been archived.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st
from starlette.testclient import TestClient

from domain.reports import REPORTS
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.submission_contract.decisions import DecisionType, decision
from tests.conftest import numbers
from tests.noninterference.answers import answer, client_under, look_around
from tests.noninterference.hiding import POOR, RICH
from tests.noninterference.requests import DAYS, REQUESTS, Request
from tests.noninterference.test_every_answer import SEED, SELDOM, TO_THE_ABSENT, Place, of_seed
from tests.noninterference.twins import NUMBERS, STEWARD, VISIBLE, Hidden, Twin
from tests.support.databases import drop, make
from tests.support.shields import TIME
from tests.support.world import person

READERS = (
    *("demo-practitioner", "demo-attendance-officer", "demo-volunteer", "north-officer", "north-cleared"),
    *("demo-administrator", "north-administrator"),
)
"""Users who are shown nothing of the archive, whatever their reason."""
FOUND_BY = ({"given_name": VISIBLE["given_name"], "family_name": VISIBLE["family_name"]}, {"nhs_number": NUMBERS[1]})


class Archived(Twin):
    """A directory whose Tamsin is archived and not shielded; with `never` only the look is recorded."""

    never = False

    def _shield(self, child: str) -> None:
        if child == self.dee:
            super()._shield(child)
            return
        look = self.look_book.look(DecisionType.RETENTION_RUN, STEWARD, [child])
        if self.never:
            return
        data = {
            "decided_by": STEWARD,
            "reason": "the run of the year",
            "children": [child],
            "on": "2026-11-24",
            "act": "archive",
        }
        value = decision(look, DecisionType.RETENTION_RUN, child, TIME, data)
        offset = self.registrar.offsets.get((STEWARDS_TOPIC, 0), 0)
        assert self.take([Message(STEWARDS_TOPIC, 0, offset, value, None)]) == ["accepted"]

    def return_her(self) -> None:
        """Another practice registers her."""
        assert self.submit(person("back", "gp", **VISIBLE, nhs_number=NUMBERS[1]) | {"id": "back"}) == ["accepted"]


class Never(Archived):
    """The same directory, in which she was never archived."""

    never = True


@contextmanager
def directory(
    place: Place, kind: type[Twin], hidden: Hidden, *, absent: bool = False
) -> Iterator[tuple[Twin, TestClient]]:
    name = f"archive_{next(numbers)}"
    twin = kind(place.kafka, make(place.postgres, name), place.folders.mktemp(name), hidden, absent=absent)
    try:
        with client_under(twin) as client:
            look_around(twin, client)
            yield twin, client
    finally:
        twin.close()
        drop(place.postgres, name)


@pytest.fixture(scope="module")
def place(kafka: object, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(kafka, postgres, tmp_path_factory)  # type: ignore[arg-type]


def plain_requests() -> Iterator[Request]:
    for who, child, more in product(
        READERS, ("{ada}", "{bea}", "{tamsin}"), ("", "/history", "/looks", "?as_of=2026-11-24T11:00:00Z")
    ):
        yield Request(f"user:{who}", "GET", f"/children/{child}{more}")
    for who, criteria in product(READERS, FOUND_BY):
        body = {"criteria": criteria, "reason": "safeguarding"}
        yield Request(f"user:{who}", "POST", "/children/search", {}, body)
    for who, name, on in product(READERS, REPORTS, DAYS[1:]):
        yield Request(f"user:{who}", "GET", f"/reports/{name}", {"on": on})


def are_equal(one: tuple[Archived, TestClient], other: tuple[Archived, TestClient]) -> None:
    """Makes every call of both, by users who may not read of the archive, and finds no difference."""
    for request in plain_requests():
        assert answer(*one, request) == answer(*other, request), request

    @seed(SEED)
    @of_seed(3)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        for call in TO_THE_ABSENT:
            for _ in range(1 if call in SELDOM else 4):
                request = data.draw(REQUESTS[call], call)._replace(who=f"user:{data.draw(st.sampled_from(READERS))}")
                assert answer(*one, request) == answer(*other, request), request

    holds()


def test_an_archived_child_is_as_an_absent_one(place: Place) -> None:
    print(f"\nseed {SEED}")
    with directory(place, Archived, RICH) as made, directory(place, Archived, POOR, absent=True) as absent:
        assert made[0].tamsin != absent[0].tamsin
        are_equal(made, absent)


def test_a_child_who_has_returned_is_as_one_who_was_never_archived(place: Place) -> None:
    print(f"\nseed {SEED}")
    with directory(place, Archived, RICH) as made, directory(place, Never, RICH) as never:
        for twin, _ in (made, never):
            twin.return_her()
        assert made[0].tamsin == never[0].tamsin
        assert answer(*made, Request("user:demo-practitioner", "GET", "/children/{tamsin}")).status == 200
        are_equal(made, never)
