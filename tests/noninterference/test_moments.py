"""Two directories in which a clinic said the same at other moments: no reader without clearance tells them apart.

However finely the past is asked for, by what was known or by what was true, a restricted line tells of now alone.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from domain.reports import REPORTS
from services.api.server import open_app
from streams.kafka.settings import KafkaSettings
from tests.conftest import numbers
from tests.noninterference.pairs import BEGAN, CLEARED, HOSTILE, MASKED, NURSE, Directory, Fields
from tests.support.api_world import looking
from tests.support.clinic import started
from tests.support.databases import drop, make
from tests.support.entitlements import NORTH
from tests.support.world import person, submission

GOING_ON, ENDED, WITHDRAWN = "9990000018", "9990000034", "9990000042"
"""Children of whom the clinic still tells, or that it has ended, or that its consent was withdrawn."""
LAST = 400
"""The minute at which it is asked; all was told on one day."""

Pair = list[tuple[Directory, TestClient]]


def submit_all(directory: Directory, early: bool) -> None:
    """Agencies tell of three children; then the clinic does, sooner in one directory than in the other."""
    home = {"postcode": "ZX1 1AA", "authority": NORTH, "status": "current"}
    children = {each: {"nhs_number": each, "given_name": f"Ada{each[-2:]}"} for each in (GOING_ON, ENDED, WITHDRAWN)}
    known = [person(f"N{each}", address=home, **held) for each, held in children.items()]
    known += [person(f"G{each}", "gp", **held) for each, held in children.items()]
    clinics = [person(f"C{each}", "clinic", **held) for each, held in children.items()]
    consents = [started(f"C{each}", 1) for each in children]
    over = [
        submission(
            "involvement.ended", f"C{ENDED}", {"involvement": f"CC{ENDED}-1", "ended_on": "2026-11-24"}, "clinic"
        ),
        submission(
            "consent.withdrawn", f"C{WITHDRAWN}", {"involvement": f"CC{WITHDRAWN}-1", "on": "2026-11-24"}, "clinic"
        ),
    ]
    hear(directory, 1, "2026-11-23T09:00:00Z", *known)
    later = 0 if early else 57
    for minute, messages in ((100, clinics), (160, consents), (220, over)):
        at = BEGAN + timedelta(minutes=minute + later - 20)
        hear(directory, minute + later, at.isoformat(), *messages)
    hear(directory, LAST, "2026-11-23T09:00:00Z", person("N", given_name="Bea", family_name="Octonion"))


def hear(directory: Directory, minute: int, time: str, *messages: Fields) -> None:
    named = [each | {"id": f"{minute}-{nth}", "time": time} for nth, each in enumerate(messages)]
    assert directory.hear(minute, *named) == ["accepted"] * len(named)


@pytest.fixture(scope="module")
def pair(kafka: KafkaSettings, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as opened:
        yield [opened.enter_context(_served(kafka, postgres, tmp_path_factory, early)) for early in (True, False)]


@contextmanager
def _served(
    kafka: KafkaSettings, postgres: str, folders: pytest.TempPathFactory, early: bool
) -> Iterator[tuple[Directory, TestClient]]:
    name = f"moments_{next(numbers)}"
    directory = Directory(kafka, make(postgres, name), folders.mktemp(name))
    try:
        submit_all(directory, early)
        with TestClient(open_app(directory.settings, directory.clock)) as client:
            yield directory, client
    finally:
        directory.close()
        drop(postgres, name)


def answers(pair: Pair, who: str, path: str, **query: str) -> list[tuple[int, Any]]:
    return [
        (got.status_code, got.json())
        for directory, client in pair
        for got in [client.get(path, params=query, headers=looking(directory, f"user:{who}"))]
    ]


def lines(entry: Any) -> list[Any]:
    return [each for each in entry["involvements"] if each.get("restricted")]


MOMENTS = st.timedeltas(timedelta(minutes=1), timedelta(minutes=LAST)).map(
    lambda after: f"{(BEGAN + after).isoformat()[:-6]}Z"
)
QUERIES = st.fixed_dictionaries({}, optional={"as_of": MOMENTS, "effective": MOMENTS, "why": st.just("true")})
READERS = st.sampled_from([NURSE, MASKED, HOSTILE[0].code])


def not_shrunk(examples: int) -> settings:
    """Once an example fails it is enough, and each takes its time."""
    phases = [Phase.explicit, Phase.generate]
    return settings(max_examples=examples, database=None, phases=phases, suppress_health_check=list(HealthCheck))


@not_shrunk(40)
@given(st.sampled_from([GOING_ON, ENDED, WITHDRAWN]), READERS, QUERIES)
@example(GOING_ON, NURSE, {"as_of": "2026-11-24T15:10:00Z"})
@example(GOING_ON, NURSE, {"effective": "2026-11-24T14:50:00Z"})
@example(ENDED, NURSE, {"as_of": "2026-11-24T16:00:00Z"})
@example(ENDED, MASKED, {"effective": "2026-11-24T16:00:00Z"})
def test_no_moment_of_a_day_tells_when_the_clinic_spoke(
    pair: Pair, number: str, who: str, query: dict[str, str]
) -> None:
    child = pair[0][0].child_with(number)
    one, other = answers(pair, who, f"/children/{child}", **query)
    assert one == other
    now, _ = answers(pair, who, f"/children/{child}")
    assert one[0] == now[0] == 200
    assert lines(one[1]) == lines(now[1])
    assert len(lines(now[1])) == (number == GOING_ON)


@pytest.mark.parametrize("report", REPORTS)
@not_shrunk(3)
@given(MOMENTS)
def test_nor_does_a_report_as_of_a_moment(pair: Pair, report: str, moment: str) -> None:
    one, other = answers(pair, MASKED, f"/reports/{report}", as_of=moment)
    assert one == other


@pytest.mark.parametrize("path", ["/children/{}/history", "/export", "/duplicates", "/receipts", "/dead-letters"])
def test_nor_does_anything_of_now(pair: Pair, path: str) -> None:
    for number in (GOING_ON, ENDED, WITHDRAWN):
        one, other = answers(pair, MASKED, path.format(pair[0][0].child_with(number)))
        assert one == other
        assert one[0] in (200, 403)


def test_who_is_cleared_is_told_of_then(pair: Pair) -> None:
    child = pair[0][0].child_with(GOING_ON)
    one, other = answers(pair, CLEARED, f"/children/{child}", as_of="2026-11-24T15:10:00Z")
    assert [[each["service"] for each in entry["involvements"]] for _, entry in (one, other)] == [["camhs"], []]
