"""Whoever has no right to what a shield hides gets the same answers, byte for byte, whatever is hidden."""

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from domain.reports import REPORTS
from streams.kafka.settings import KafkaSettings
from tests.conftest import numbers
from tests.noninterference.answers import Answer, answer, client_under, look_around
from tests.noninterference.hiding import HIDDEN, OVER, POOR, RICH
from tests.noninterference.requests import ANYBODY, DAYS, LEFT_OUT, REQUESTS, Request
from tests.noninterference.twins import AUTHORITIES, Hidden, Twin
from tests.support.databases import drop, make

POLICIES = ("universal", "selective")
SELDOM = {"POST /policies/compare"}
"""A process of its own each time."""
OFTEN = {
    "POST /children/search",
    "POST /submissions/dry-run",
    "GET /reports/{name}",
    "GET /access/report",
    "GET /children/{child}",
}
"""Calls that can be made in many ways."""


def times(call: str) -> int:
    """How often a call is made in an example, under each policy."""
    return 1 if call in SELDOM else 6 if call in OFTEN else 2


EXAMPLES = 3
SEED = random.randrange(2**32)


class Served:
    """A directory, with a client of its API under each policy."""

    def __init__(self, twin: Twin, clients: dict[str, TestClient]) -> None:
        self.twin, self.clients = twin, clients


class Place:
    """Where directories are made, each with a database of its own."""

    def __init__(self, kafka: KafkaSettings, postgres: str, folders: pytest.TempPathFactory) -> None:
        self.kafka, self.postgres, self.folders = kafka, postgres, folders

    @contextmanager
    def with_hidden(self, hidden: Hidden, *, absent: bool = False) -> Iterator[Served]:
        name = f"hidden_{next(numbers)}"
        twin = Twin(self.kafka, make(self.postgres, name), self.folders.mktemp(name), hidden, absent=absent)
        try:
            with ExitStack() as opened:
                clients = {policy: opened.enter_context(client_under(twin, policy)) for policy in POLICIES}
                look_around(twin, clients["universal"])
                yield Served(twin, clients)
        finally:
            twin.close()
            drop(self.postgres, name)


@pytest.fixture(scope="module")
def place(kafka: KafkaSettings, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(kafka, postgres, tmp_path_factory)


@pytest.fixture(scope="module")
def poor(place: Place) -> Iterator[Served]:
    """The directory with which all others are compared."""
    with place.with_hidden(POOR) as made:
        yield made


@pytest.fixture(scope="module")
def absent(place: Place) -> Iterator[Served]:
    """The directory in which the child is not known."""
    with place.with_hidden(POOR, absent=True) as made:
        yield made


def test_every_call_of_the_api_is_made_or_says_why_not(poor: Served) -> None:
    paths = poor.clients["universal"].get("/openapi.json").json()["paths"]
    calls = {f"{method.upper()} {path}" for path, of in paths.items() for method in of}
    assert calls == REQUESTS.keys() | LEFT_OUT.keys()
    assert not REQUESTS.keys() & LEFT_OUT.keys()


def plain_requests() -> Iterator[Request]:
    """What chance would seldom draw: every report of every day and place, and each reader's looks at two children."""
    for name, on, place in product(REPORTS, DAYS[1:], (None, *AUTHORITIES)):
        query = {"on": on, "authority": place} if place else {"on": on}
        yield Request("user:demo-data-manager", "GET", f"/reports/{name}", query)
    for who, child, more in product(ANYBODY, ("{ada}", "{tamsin}"), ("", "/looks")):
        yield Request(f"user:{who}", "GET", f"/children/{child}{more}")


def compared(data: st.DataObject, one: Served, other: Served) -> None:
    """Makes every call of both, and finds no difference."""
    for call, requests in REQUESTS.items():
        for policy in POLICIES[:1] if call in SELDOM else POLICIES:
            for _ in range(times(call)):
                request = data.draw(requests, call)
                got, expected = (answer(each.twin, each.clients[policy], request) for each in (one, other))
                assert got == expected, (policy, request)


TO_THE_ABSENT = (
    "POST /children/search",
    "POST /submissions/dry-run",
    "GET /children/{child}",
    "GET /children/{child}/history",
    "GET /children/{child}/looks",
    "GET /export",
    "GET /duplicates",
    "GET /reports/{name}",
    "GET /reports/{name}/months",
    "POST /policies/compare",
    "GET /investigations",
    "GET /users",
)
"""Calls whose answers do not count what was sent in."""


def without(tamsin: str, got: Answer) -> Answer:
    """An answer without what may be shown of a shielded child: her line of a list, and its length."""
    headers = [header for header in got.headers if header[0] != "content-length"]
    try:
        found = json.loads(got.body)
    except ValueError:
        lines = [line for line in got.body.splitlines() if tamsin.encode() not in line]
        return Answer(got.status, headers, b"\n".join(lines))
    if isinstance(found, dict) and "results" in found:
        found["results"] = [each for each in found["results"] if each["child"] != tamsin]
    return Answer(got.status, headers, json.dumps(found).encode())


def is_whole(request: Request) -> bool:
    """Whether a request is about others than the child, and for no list that is cut where she is in it."""
    return (
        "{tamsin}" not in str(request) and "limit" not in request.query and (request.body or {}).get("limit", 50) == 50
    )


@pytest.mark.parametrize("hidden", [RICH, OVER], ids=["all", "all of it once"])
def test_every_other_answer_is_the_same_as_if_the_child_were_absent(
    place: Place, absent: Served, hidden: Hidden
) -> None:
    print(f"\nseed {SEED}")
    with place.with_hidden(hidden) as made:
        for request in filter(is_whole, plain_requests()):
            got = without(made.twin.tamsin, answer(made.twin, made.clients["universal"], request))
            expected = without(absent.twin.tamsin, answer(absent.twin, absent.clients["universal"], request))
            assert got == expected, request

        @seed(SEED)
        @of_seed(2)
        @given(st.data())
        def holds(data: st.DataObject) -> None:
            for call in TO_THE_ABSENT:
                for policy in (POLICIES[:1] if call in SELDOM else POLICIES) * times(call):
                    request = data.draw(REQUESTS[call], call)
                    if is_whole(request):
                        got = without(made.twin.tamsin, answer(made.twin, made.clients[policy], request))
                        expected = without(absent.twin.tamsin, answer(absent.twin, absent.clients[policy], request))
                        assert got == expected, (policy, request)

        holds()


def of_seed(examples: int) -> settings:
    """Examples that are not shrunk once one fails: the first is enough, and each takes its time."""
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize("hidden", [RICH, OVER], ids=["all", "all of it once"])
def test_every_answer_is_the_same_where_all_and_where_nothing_is_hidden(
    place: Place, poor: Served, hidden: Hidden
) -> None:
    print(f"\nseed {SEED}")
    with place.with_hidden(hidden) as rich:
        for request in plain_requests():
            got, expected = (answer(each.twin, each.clients["universal"], request) for each in (rich, poor))
            assert got == expected, request
        seed(SEED)(of_seed(2)(given(st.data())(lambda data: compared(data, rich, poor))))()


def test_every_answer_is_the_same_whatever_is_hidden(place: Place, poor: Served) -> None:
    print(f"\nseed {SEED}")

    @seed(SEED)
    @of_seed(EXAMPLES)
    @given(HIDDEN, st.data())
    def holds(hidden: Hidden, data: st.DataObject) -> None:
        with place.with_hidden(hidden) as made:
            compared(data, made, poor)

    holds()
