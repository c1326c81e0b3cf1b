"""Two directories that differ in one hidden fact, and the same random history of three agencies, one of them hostile.

The hostile one knows all that is true, and guesses. What it gets in its topic and over HTTP, and what its own user and
others without the right see, is the same in both, byte for byte. CONTACTPOINT_TEST_SEED repeats a run,
CONTACTPOINT_TEST_TURNS makes more of it.
"""

import json
import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from difflib import unified_diff
from itertools import count
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency
from services.api.server import open_app
from streams.kafka.settings import KafkaSettings
from streams.store.rights import roles_script
from tests.conftest import administer, numbers
from tests.noninterference.pairs import HOSTILE, MASKED, Directory, Fields
from tests.noninterference.stories import FACTS, Fact, Step, Story
from tests.support.api_world import looking

SEED = int(os.environ.get("CONTACTPOINT_TEST_SEED") or random.randrange(2**32))
ROUNDS = int(os.environ.get("CONTACTPOINT_TEST_TURNS") or 1)
SEARCHES, CHILDREN, LOOKS = 3, 2, 2
"""How many of each a reader makes in a turn; beside the hostile agency's own user another reader does."""
POSITION = re.compile(rb'"position":\d+')
"""For data managers, who may count events."""
story_numbers, moments = count(1), count(1)


class Served(NamedTuple):
    """A directory, and a client of its API."""

    directory: Directory
    client: TestClient


Pair = tuple[Served, Served]


class Request(NamedTuple):
    """A request, of nobody where `who` is empty."""

    who: str
    method: str
    path: str
    body: Any = None
    kind: str = "application/json"


class Answer(NamedTuple):
    """All that comes back."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@pytest.fixture(scope="module")
def pair(kafka: KafkaSettings, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as opened:
        one, other = (opened.enter_context(_served(kafka, postgres, tmp_path_factory)) for _ in range(2))
        yield one, other


@contextmanager
def _served(kafka: KafkaSettings, postgres: str, folders: pytest.TempPathFactory) -> Iterator[Served]:
    name = f"pair_{os.getpid()}_{next(numbers)}"
    administer(postgres, f"create database {name}")
    url = f"{postgres.rpartition('/')[0]}/{name}"
    administer(url, roles_script())
    directory = Directory(kafka, url, folders.mktemp(name))
    try:
        with TestClient(open_app(directory.settings, directory.clock)) as client:
            yield Served(directory, client)
    finally:
        directory.close()
        administer(postgres, f"drop database {name} with (force)")


@pytest.mark.parametrize("make", FACTS, ids=lambda make: make.__name__)
def test_nothing_tells_the_two_apart(pair: Pair, make: Callable[[Story], Fact]) -> None:
    print(f"seed {SEED}")
    for nth in range(ROUNDS):
        one_round(pair, make, random.Random(f"{SEED} {make.__name__} {nth}"))


def one_round(pair: Pair, make: Callable[[Story], Fact], chance: random.Random) -> None:
    story = Story(chance, next(story_numbers))
    fact, hostile = make(story), chance.choice(HOSTILE)
    before, after = story.history(fact, hostile)
    for step in before:
        hear(pair, step, step)
    for nth in range(max(map(len, fact.steps))):
        hear(pair, *(steps[nth] if nth < len(steps) else Step() for steps in fact.steps))
    for step in after:
        hear(pair, step, step)
        if fact.held:
            stay_absent(pair, fact.held, fact.readers, story.number)
    if fact.hers:
        hear(pair, Step(suspended=False), Step(suspended=False))
    sent = [each for step in (*before, *after) for each in step.sent if each["source"] == hostile.urn]
    one, other = (served.directory.published_to(hostile.code) for served in pair)
    assert one == other
    for request in requests_of(hostile, sent):
        same(pair, request)
    if fact.own:
        see_their_own(pair, fact, hostile, story.number)
    for reader in (chance.choice(fact.readers), hostile.code) if fact.readers else ():
        look_around(pair, fact, f"user:{reader}", chance)


def hear(pair: Pair, one: Step, other: Step) -> None:
    """Each directory hears its own; both are at the same moment."""
    moment = next(moments)
    for served, step in zip(pair, (one, other), strict=True):
        if step.shielded:
            served.directory.shield(moment, step.shielded)
        elif step.suspended is not None:
            served.directory.suspend(moment, "la-north", suspended=step.suspended)
        elif step.sent:
            served.directory.hear(moment, *step.sent)


def stay_absent(pair: Pair, agency: Agency, readers: Sequence[str], number: int) -> None:
    """Whom the agency alone has told of, and who is held back, is nobody for others."""
    for served in pair:
        held = [child for child, subject in served.directory.children_of(agency.urn) if subject.endswith(f"-{number}")]
        assert held
        for child in held:
            for reader in readers:
                assert answer(served, Request(f"user:{reader}", "GET", f"/children/{child}")).status == 404


def requests_of(hostile: Agency, sent: Sequence[Fields]) -> Iterator[Request]:
    """What its credential lets an agency ask, or anybody."""
    who = f"agency:{hostile.code}"
    again = [*sent, *(each | {"id": f"new-{each['id']}"} for each in sent)]
    yield Request(who, "GET", "/receipts")
    yield Request(who, "GET", "/receipts?outcome=refused&limit=2")
    yield Request(who, "POST", "/submissions?dry_run=true", again, "application/cloudevents-batch+json")
    yield Request(who, "GET", "/metrics")
    yield Request("", "GET", "/metrics")
    yield Request("", "GET", "/health/ready")


def see_their_own(pair: Pair, fact: Fact, hostile: Agency, number: int) -> None:
    """What the hostile agency's user sees of its own record's child, whatever number that has."""
    own = [
        [child for child, subject in served.directory.children_of(hostile.urn) if subject.endswith(f"-{number}")]
        for served in pair
    ]
    for child, twin in zip(*own, strict=True):
        for look in fact.looks:
            request = [Request(f"user:{hostile.code}", "GET", f"/children/{each}{look}") for each in (child, twin)]
            alike(*(answer(served, each) for served, each in zip(pair, request, strict=True)), request[0])


def look_around(pair: Pair, fact: Fact, who: str, chance: random.Random) -> None:
    """A reader searches by what is true of those in the story, and looks at whom that finds."""
    children: dict[str, None] = {}
    criteria = list(searches(fact.known))
    for each in chance.sample(criteria, min(SEARCHES, len(criteria))):
        found = same(pair, Request(who, "POST", "/children/search", {"criteria": each, "reason": "an enquiry"}))
        children |= {result["child"]: None for result in json.loads(found.body)["results"]}
    for child in chance.sample(list(children), min(CHILDREN, len(children))):
        for look in chance.sample(fact.looks, LOOKS):
            same(pair, Request(who, "GET", f"/children/{child}{look}"))


def searches(people: Sequence[Fields]) -> Iterator[Fields]:
    """Criteria that people fit."""
    for each in people:
        home = {"postcode": each["address"]["postcode"]}
        yield {field: each[field] for field in ("given_name", "family_name")}
        yield {field: each[field] for field in ("given_name", "family_name", "date_of_birth")}
        yield {"family_name": each["family_name"]} | home
        yield {"date_of_birth": each["date_of_birth"]} | home
        if "nhs_number" in each:
            yield {"nhs_number": each["nhs_number"]}


def answer(served: Served, request: Request) -> Answer:
    """What a directory answers, without positions for a data manager."""
    headers = looking(served.directory, request.who) if request.who else {}
    content = None if request.body is None else json.dumps(request.body).encode()
    got = served.client.request(
        request.method, request.path, content=content, headers=headers | {"Content-Type": request.kind}
    )
    if request.path == "/metrics":
        return Answer(got.status_code, [], b"\n".join(filter(_is_of_the_register, got.content.splitlines())))
    if request.who == f"user:{MASKED}":
        kept = sorted(each for each in got.headers.items() if each[0] != "content-length")
        return Answer(got.status_code, kept, POSITION.sub(b'"position":null', got.content))
    return Answer(got.status_code, sorted(got.headers.items()), got.content)


def _is_of_the_register(line: bytes) -> bool:
    """Whether a figure is not of requests and looks, nor of what waits for registrar and relay.

    These two are not at work here, and Kafka is asked for the former every few seconds only.
    """
    return not any(word in line for word in (b"requests", b"answer_seconds", b'"access"', b'"outbox"', b'"registrar"'))


def same(pair: Pair, request: Request) -> Answer:
    """The answer of both to a request."""
    one, other = (answer(served, request) for served in pair)
    alike(one, other, request)
    return one


def alike(one: Answer, other: Answer, request: Request) -> None:
    """Finds no difference, or shows it line by line."""
    assert one == other, "\n".join([str(request), *unified_diff(_lines(one), _lines(other), lineterm="", n=2)])


def _lines(told: Answer) -> list[str]:
    try:
        body = json.dumps(json.loads(told.body), indent=1)
    except ValueError:
        body = told.body.decode()
    return [str(told.status), *map(str, told.headers), *body.splitlines()]
