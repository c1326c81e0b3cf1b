"""A directory in which a child has begun anew answers as one in which the child is removed, and another is registered.

The twins differ in nothing else: the act of two data managers is two events there, the removal of two records here.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.reports import REPORTS
from projections.base.partition import Partition
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.submission_contract.decisions import DecisionType, decision
from streams.kafka.settings import KafkaSettings
from tests.conftest import numbers
from tests.noninterference.answers import Answer, answer, client_under, look_around
from tests.noninterference.hiding import POOR
from tests.noninterference.requests import Request
from tests.noninterference.twins import ADA, NORTHERN, NUMBERS, STEWARD, VISIBLE, Hidden, Twin
from tests.support.databases import drop, make
from tests.support.shields import TIME
from tests.support.world import person, submission

NEW = {**VISIBLE, "family_name": "Lantern", "nhs_number": "9990000093"}
OLD_NUMBER, SECOND = NUMBERS[0], "north-manager"
CRITERIA: tuple[dict[str, str], ...] = (
    {"nhs_number": OLD_NUMBER},
    {"nhs_number": NEW["nhs_number"]},
    {"nhs_number": ADA},
    {"given_name": VISIBLE["given_name"], "family_name": VISIBLE["family_name"]},
    {"given_name": NEW["given_name"], "date_of_birth": NEW["date_of_birth"]},
)
LISTS = ("/export", "/duplicates", "/investigations", "/corrections", "/shields/due", "/new-identities/requested")


class Begun(Twin):
    """A directory in which Tamsin, here not shielded, is closed, or removed; then who she is now is registered."""

    def __init__(self, kafka: KafkaSettings, database_url: str, folder: Path, *, closed: bool) -> None:
        self.closed = closed
        super().__init__(kafka, database_url, folder, POOR)

    def _submit_hidden(self, hidden: Hidden, absent: bool) -> str:
        old = {**VISIBLE, "nhs_number": OLD_NUMBER}
        self._take(person("T", **old), person("TG", "gp", **old))
        return self.child_with(OLD_NUMBER)

    def begin_anew(self) -> None:
        """Ends the old child, in the one way or the other, and registers the new one."""
        records = [{"source": "urn:agency:la-north", "subject": "T"}, {"source": "urn:agency:gp", "subject": "TG"}]
        if self.closed:
            expected = [{"source": "urn:agency:la-north", "subject": "N"}]
            self._decide(DecisionType.NEW_IDENTITY_REQUEST, STEWARD, reason="adoption", expected=expected)
            self._decide(DecisionType.NEW_IDENTITY_CONFIRM, SECOND, reason="adoption")
        else:
            for user, record in zip((STEWARD, SECOND), records, strict=True):
                self._decide(DecisionType.RECORD_REMOVE, user, reason="a court has ordered it", record=record)
        self._take(person("N", **NEW), person("NG", "gp", **NEW))
        self.new = self.child_with(NEW["nhs_number"])

    def go_on(self) -> None:
        """Feeds know nothing of it: under the old number, the old name, and with both numbers."""
        old = {**VISIBLE, "nhs_number": OLD_NUMBER}
        self._take(
            submission("child.amended", "T", old | {"given_name": "Tamsyn"}),
            submission("involvement.started", "T", {"involvement": "c-t", "service": "social-care"}),
            person("TH", "gp", **VISIBLE),
            person("TI", "gp", **(NEW | {"nhs_number": OLD_NUMBER})),
        )

    def _decide(self, kind: DecisionType, user: str, **data: Any) -> None:
        self._sent += 1
        look = self.look_book.look(kind, user, [self.tamsin])
        value = decision(look, kind, self.tamsin, TIME, {"decided_by": user, "child": self.tamsin, **data})
        offset = self.registrar.offsets.get(Partition(STEWARDS_TOPIC, 0), 0)
        assert self.take([Message(STEWARDS_TOPIC, 0, offset, value, None)]) == ["accepted"]


Served = tuple[Begun, TestClient]


@pytest.fixture(scope="module")
def twins(kafka: KafkaSettings, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Served]]:
    """The directory in which the child has begun anew, and its twin."""
    with ExitStack() as opened:
        made: list[Served] = []
        for closed in (True, False):
            name = f"begun_{next(numbers)}"
            url = make(postgres, name)
            opened.callback(drop, postgres, name)
            twin = Begun(kafka, url, tmp_path_factory.mktemp(name), closed=closed)
            opened.callback(twin.close)
            client = opened.enter_context(client_under(twin))
            look_around(twin, client)
            twin.begin_anew()
            twin.view_looks()
            made.append((twin, client))
        yield made


def requests(new: str) -> Iterator[Request]:
    """Looks of readers of every role at both children, searches for both, and lists."""
    readers = [f"user:{name}" for name in (*NORTHERN, STEWARD, "demo-subject-access-officer")]
    for who, child, more in product(readers, ("{tamsin}", new), ("", "/history", "/looks", "/subject-access")):
        yield Request(who, "GET", f"/children/{child}{more}")
    for who, moment in product(readers, ("as_of", "effective")):
        yield Request(who, "GET", "/children/{tamsin}", {moment: "2008-11-01"})
    for who, criteria in product(readers, CRITERIA):
        yield Request(who, "POST", "/children/search", body={"criteria": criteria, "reason": "an enquiry"})
    for who, path in product(readers, LISTS):
        yield Request(who, "GET", path)
    for name in REPORTS:
        yield Request(f"user:{STEWARD}", "GET", f"/reports/{name}", {"on": "2008-11-01"})


def answers(served: Served) -> dict[str, Answer]:
    twin, client = served
    return {repr(request): answer(twin, client, request) for request in requests(twin.new)}


def test_nothing_tells_a_child_that_began_anew_from_one_that_was_removed(twins: list[Served]) -> None:
    closed, removed = twins
    assert (closed[0].tamsin, closed[0].new) == (removed[0].tamsin, removed[0].new)
    expected = answers(removed)
    assert different(answers(closed), expected) == {}
    closed[0].go_on()
    assert different(answers(closed), expected) == {}, "feeds that go on change nothing for anybody"


def different(got: dict[str, Answer], expected: dict[str, Answer]) -> dict[str, tuple[Answer, Answer]]:
    return {request: (got[request], each) for request, each in expected.items() if got[request] != each}
