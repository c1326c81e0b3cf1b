"""Submissions over HTTP reach the agency's own topic as the bytes that they are, or are refused as a whole."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from kafka import KafkaConsumer, TopicPartition
from starlette.testclient import TestClient

from services.submission_contract.submission import MAX_BYTES, MODELS
from streams.kafka.settings import KafkaSettings
from tests.support.api_world import Headers, bearer, is_problem, looking
from tests.support.world import World, person

SINGLE, BATCH, LINES = "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson"


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    return empty_world


@pytest.fixture
def agency(world: World) -> Headers:
    return bearer(world, "agency:gp")


class Topic:
    """What arrives in a topic from now on."""

    def __init__(self, kafka: KafkaSettings, name: str) -> None:
        self.place = TopicPartition(name, 0)
        self.consumer = KafkaConsumer(**kafka.for_kafka_python(), group_id=None)
        self.consumer.assign([self.place])
        self.begin = self.consumer.end_offsets([self.place])[self.place]

    def arrived(self) -> list[Any]:
        """The messages up to the present end."""
        end = self.consumer.end_offsets([self.place])[self.place]
        self.consumer.seek(self.place, self.begin)
        messages: list[Any] = []
        while self.consumer.position(self.place) < end:
            messages += self.consumer.poll(timeout_ms=500).get(self.place, [])
        return messages


@pytest.fixture
def topic(kafka: KafkaSettings, world: World) -> Iterator[Topic]:
    made = Topic(kafka, "submissions.gp")
    yield made
    made.consumer.close()


def send(client: TestClient, headers: Headers, kind: str, body: bytes) -> Any:
    """The answer to submissions."""
    return client.post("/submissions", headers=headers | {"Content-Type": kind}, content=body)


def spelled(subject: str) -> bytes:
    """A submission in a spelling that no serialiser would give."""
    return json.dumps(person(subject, "gp"), indent=1).replace('"S', ' "S').encode() + b"\n"


def test_one_submission(client: TestClient, agency: Headers, topic: Topic) -> None:
    body = spelled("one")
    answer = send(client, agency, f"{SINGLE}; charset=utf-8", body)
    assert answer.status_code == 202
    assert answer.json() == {"submitted": 1, "receipts": f"/receipts?submission={json.loads(body)['id']}"}
    (message,) = topic.arrived()
    assert (message.value, message.key) == (body, b"one")


def test_a_batch_keeps_each_element_as_it_is(client: TestClient, agency: Headers, topic: Topic) -> None:
    odd = [b'{"a": 1.10, "a":NaN}', b'{"a":' + b"9" * 5_000 + b"}", b'{"]": "]"}']
    elements = [spelled("a").strip(), *odd, spelled("\u00fc").strip(), b'{"a":[[], {}]}']
    answer = send(client, agency, BATCH, b" [\n" + b" ,\r\n".join(elements) + b"]\n ")
    assert answer.json()["submitted"] == len(elements)
    messages = topic.arrived()
    assert [message.value for message in messages] == elements
    assert [message.key for message in messages] == [b"a", None, None, None, "\u00fc".encode(), None]


def test_a_broken_line_is_sent_on_for_its_receipt(client: TestClient, agency: Headers, topic: Topic) -> None:
    lines = [b'{"subject":"x"}', b'{"specversion": "1.0", "id": ', b"\xff\xfe", b'{"subject":"y"}\r']
    answer = send(client, agency, LINES, b"\n \n".join(lines) + b"\n")
    assert answer.json()["submitted"] == 4
    assert [message.value for message in topic.arrived()] == lines


def test_a_byte_order_mark_is_taken_on_every_way_in(client: TestClient, agency: Headers, topic: Topic) -> None:
    mark, one, two = "\ufeff".encode(), b'{"subject":"a"}', b'{"subject":"b"}'
    bodies = {SINGLE: mark + one, BATCH: mark + b"[" + one + b"," + two + b"]", LINES: mark + one + b"\n" + mark + two}
    counts = [send(client, agency, kind, body).json()["submitted"] for kind, body in bodies.items()]
    assert counts == [1, 2, 2]
    assert [message.key for message in topic.arrived()] == [b"a", b"a", b"b", b"a", b"b"]


def test_a_dry_run_tells_what_is_certain_and_sends_nothing(client: TestClient, agency: Headers, topic: Topic) -> None:
    good = person("S", "gp")
    flag = good | {"id": "f", "type": "flag.raised", "data": {"flag": "action-taken"}}
    lines = [good, good | {"data": good["data"] | {"note": "x"}}, person("S", "la-north"), flag]
    body = b"\n".join(json.dumps(line).encode() for line in lines)
    kind = {"Content-Type": LINES}
    answer = client.post("/submissions?dry_run=true", headers=agency | kind, content=body)
    told = [(each["outcome"], [why["code"] for why in each["reasons"]]) for each in answer.json()["submissions"]]
    assert answer.status_code == 200
    assert told == [
        ("accepted", []),
        ("invalid", ["unknown-field"]),
        ("refused", ["not-your-source"]),
        ("refused", ["agency-may-not-send-type"]),
    ]
    assert topic.arrived() == []
    many = b"\n".join([b"{}"] * 501)
    assert is_problem(client.post("/submissions?dry_run=true", headers=agency | kind, content=many), 413)


def test_the_answer_says_where_the_receipts_will_be(
    world: World, client: TestClient, agency: Headers, topic: Topic
) -> None:
    place = send(client, agency, LINES, b'{"a":1}\n{"a":2}').json()["receipts"]
    first = topic.arrived()[0].offset
    assert parse_qs(urlsplit(place).query) == {"after": [f"submissions.gp/0/{first - 1}"]}
    assert client.get(place, headers=agency).json() == []


def test_a_submission_in_anothers_name_goes_to_the_callers_own_topic(
    client: TestClient, agency: Headers, topic: Topic
) -> None:
    body = json.dumps(person("S", "la-north")).encode()
    assert send(client, agency, SINGLE, body).status_code == 202
    assert [message.value for message in topic.arrived()] == [body]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SINGLE, b""),
        (SINGLE, b"{"),
        (SINGLE, b"\xff\x00 not json"),
        (SINGLE, b"[" * 100_000),
        (SINGLE, b"[{}]"),
        (BATCH, b""),
        (BATCH, b"{}"),
        (BATCH, b"[{}"),
        (BATCH, b"[{},]"),
        (BATCH, b"[,{}]"),
        (BATCH, b"[{} {}]"),
        (BATCH, b"[{}] x"),
        (BATCH, b'["\xff"]'),
        (BATCH, b"[" * 100_000),
        (BATCH, b"[{},1]"),
        (BATCH, b"[[]]"),
        (LINES, b""),
        (LINES, b" \n\n"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_as_a_whole(
    client: TestClient, agency: Headers, topic: Topic, kind: str, body: bytes
) -> None:
    assert is_problem(send(client, agency, kind, body), 400)
    assert topic.arrived() == []


def test_an_empty_batch_is_taken(client: TestClient, agency: Headers) -> None:
    assert send(client, agency, BATCH, b"[]").json()["submitted"] == 0


@pytest.mark.parametrize("kind", ["application/json", "text/csv", "", "application/cloudevents+xml"])
def test_another_media_type_is_refused(client: TestClient, agency: Headers, kind: str) -> None:
    answer = send(client, agency, kind, b"{}")
    assert is_problem(answer, 415)
    assert BATCH in answer.json()["detail"]


@pytest.mark.parametrize(("kind", "body"), [(BATCH, b"[%s]" % b",".join([b"{}"] * 10_001)), (LINES, b"x\n" * 10_001)])
def test_a_body_of_too_many_submissions_is_refused_as_a_whole(
    client: TestClient, agency: Headers, topic: Topic, kind: str, body: bytes
) -> None:
    assert is_problem(send(client, agency, kind, body), 413)
    assert topic.arrived() == []


@pytest.mark.parametrize("kind", [SINGLE, BATCH, LINES])
def test_a_submission_that_is_too_large_is_refused_with_its_batch(
    client: TestClient, agency: Headers, topic: Topic, kind: str
) -> None:
    large = b'{"a":"' + b"x" * MAX_BYTES + b'"}'
    body = {SINGLE: large, BATCH: b"[{}," + large + b"]", LINES: b"{}\n" + large}[kind]
    assert is_problem(send(client, agency, kind, body), 413)
    assert topic.arrived() == []


def test_a_body_that_is_too_large_is_refused(client: TestClient, agency: Headers, topic: Topic) -> None:
    line = b'{"a":"' + b"x" * 100_000 + b'"}\n'
    assert is_problem(send(client, agency, LINES, line * 170), 413)

    def unstated() -> Iterator[bytes]:
        yield from [line] * 170

    headers = agency | {"Content-Type": LINES}
    assert is_problem(client.post("/submissions", headers=headers, content=unstated()), 413)
    assert topic.arrived() == []


def test_a_user_may_not_submit(world: World, client: TestClient) -> None:
    assert is_problem(send(client, looking(world), SINGLE, b"{}"), 403)


def test_the_openapi_document_says_what_a_submission_is_and_its_examples_fit(client: TestClient) -> None:
    from jsonschema import Draft202012Validator  # takes seconds, in the one worker that runs this

    posted = client.get("/openapi.json").json()["paths"]["/submissions"]["post"]["requestBody"]["content"]
    one = posted["application/cloudevents+json"]
    assert set(one["examples"]) == set(MODELS)
    for example in one["examples"].values():
        assert Draft202012Validator(one["schema"]).is_valid(example["value"])
        unfit = example["value"] | {"notes": "what the contract does not have"}
        assert not Draft202012Validator(one["schema"]).is_valid(unfit)
    assert posted["application/cloudevents-batch+json"]["schema"]["items"] == one["schema"]
