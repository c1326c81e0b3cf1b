"""The published descriptions are those of the code, and say the same as it does."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given as for_all
from hypothesis import strategies as st
from referencing import Registry, Resource

from domain.catalogue import EVENTS
from domain.source_record import Command
from services.registrar.receipts import Answer, Run, receipt
from services.submission_contract.reading import Invalid, read
from services.submission_contract.schemas.__main__ import DOCS, files
from services.submission_contract.schemas.event_examples import cloud_event
from services.submission_contract.submission import MODELS
from streams.kafka.topics import (
    ACCESS_EVENTS,
    COMMON_TOPICS,
    REGISTER_EVENTS,
    agency_topics,
    notice_topics,
    notices_topic,
)
from tests.contracts.test_reading import JSON, PLACES, UNKNOWN_FIELDS, WRONG_CHILDREN, WRONG_ENVELOPES, WRONG_OTHERS
from tests.support.examples import RECEIPTS, SENSITIVE_STORY, STORY, events, example, message

SCHEMAS = {path.name: json.loads(path.read_bytes()) for path in sorted((DOCS / "schemas").iterdir())}
MESSAGES = [*MODELS, *EVENTS, "receipt", "notice"]
REGISTRY: Registry[Any] = Registry().with_resources(
    (f"./schemas/{name}", Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
ONLY_THE_VALIDATOR_KNOWS = {"check-digit", "check-letter", "authority-number", "in-the-future", "not-utf8"}
"""Codes of what a JSON Schema cannot tell."""


@cache
def document() -> dict[str, Any]:
    """What describes the topics and their messages."""
    loaded: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def validator(name: str) -> Any:
    from jsonschema import Draft202012Validator, FormatChecker  # takes seconds, in the one worker that runs this

    return Draft202012Validator(SCHEMAS[f"{name}.schema.json"], format_checker=FormatChecker(["date"]))


def validator_of(schema: dict[str, Any]) -> Any:
    """One of a schema that refers to the published ones."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema, registry=REGISTRY)


def a_schema_can_tell(value: Any, code: str) -> bool:
    """Not a time that is well written and never was; nor, with Python's regular expressions, a line end at the end."""
    if code in ONLY_THE_VALIDATOR_KNOWS or (isinstance(value, str) and value.endswith("\n")):
        return False
    return code != "time" or not re.search(
        SCHEMAS["child.registered.schema.json"]["properties"]["time"]["pattern"], value
    )


DESCRIBED = [*MODELS, "receipt", "notice", "event"]


def test_the_documents_are_what_the_code_writes() -> None:
    generated = files()
    paths = [*DOCS.glob("schemas/*"), *DOCS.glob("reference/**/*.md"), DOCS / "asyncapi.yaml"]
    stored = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    assert stored == generated, "run: python -m services.submission_contract.schemas"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_says_what_it_is_of(name: str) -> None:
    from jsonschema import Draft202012Validator

    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:contactpoint:schema:{schema['title']}"
    assert name == f"{schema['title']}.schema.json"
    assert schema["description"].endswith(".")
    assert schema["examples"]


def test_every_type_of_submission_has_a_schema() -> None:
    assert set(SCHEMAS) == {f"{name}.schema.json" for name in DESCRIBED}


@pytest.mark.parametrize("example", [*STORY, *SENSITIVE_STORY], ids=lambda each: each["type"])
def test_every_example_follows_the_schema_of_its_type_and_of_no_other(example: dict[str, Any]) -> None:
    assert [name for name in MODELS if validator(name).is_valid(example)] == [example["type"]]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_examples_in_a_schema_follow_it(name: str) -> None:
    schema = SCHEMAS[name]
    for each in schema["examples"]:
        validator(schema["title"]).validate(each)


@pytest.mark.parametrize(
    ("type_", "path", "value"),
    [
        *(
            ("child.registered", path, value)
            for path, value, code in (*WRONG_ENVELOPES, *WRONG_CHILDREN)
            if a_schema_can_tell(value, code)
        ),
        *((type_, path, value) for type_, path, value, code in WRONG_OTHERS),
        *((type_, path, "a note") for type_, path in UNKNOWN_FIELDS),
    ],
)
def test_what_is_invalid_does_not_follow_the_schema(type_: str, path: str, value: Any) -> None:
    wrong = example(type_, {path: value})
    assert isinstance(read(message(type_, {path: value})), Invalid)
    assert not validator(type_).is_valid(wrong)


@for_all(st.sampled_from(PLACES), JSON)
def test_the_schema_asks_for_no_more_than_the_registrar(place: str, value: Any) -> None:
    changed = example("child.registered", {place: value})
    reading = read(json.dumps(changed).encode())
    if isinstance(reading, Command):
        validator("child.registered").validate(changed)
    elif all(a_schema_can_tell(value, reason["code"]) for reason in reading.reasons):
        assert not validator("child.registered").is_valid(changed)


@pytest.mark.parametrize("example", RECEIPTS.values(), ids=lambda each: each["outcome"])
def test_a_receipt_of_the_registrar_follows_the_schema_and_is_the_example(example: dict[str, Any]) -> None:
    source = example["source"]
    answer = Answer(
        example["message"],
        source and source.removeprefix("urn:agency:"),
        source,
        example["submission"],
        example["outcome"],
        tuple(example["reasons"]),
    )
    topic, _, value, position = receipt(Run(answer, example.get("messages", 1)), example["recorded_at"], 7)
    assert (orjson.loads(value), position) == (example, 7)
    assert topic == "receipts." + (source.removeprefix("urn:agency:") if source else "unclaimed")
    validator("receipt").validate(orjson.loads(value))


def test_there_is_a_receipt_of_each_outcome() -> None:
    outcomes = SCHEMAS["receipt.schema.json"]["properties"]["outcome"]["enum"]
    assert {example["outcome"] for example in RECEIPTS.values()} == set(outcomes)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_follows_the_schema_of_its_message(name: str) -> None:
    event = cloud_event(events()[name], 1)
    schema = document()["components"]["messages"][name]["payload"]["schema"]
    of_message = validator_of(schema)
    of_message.validate(event)
    assert not of_message.is_valid(event | {"type": "RecordForgotten.v1"})
    assert not of_message.is_valid(event | {"data": 1})
    for field in event["data"]:
        assert not of_message.is_valid(event | {"data": {**event["data"], field: {"not": ["of", "this"]}}})


def test_the_document_names_every_topic_that_others_may_meet() -> None:
    submissions, receipts = agency_topics("{agency}")
    notices = notice_topics([notices_topic("{authority}")])[0]
    topics = {topic.name: topic for topic in (submissions, receipts, notices, *COMMON_TOPICS)}
    addresses = {channel["address"] for channel in document()["channels"].values()}
    assert addresses == {submissions.name, receipts.name, notices.name, REGISTER_EVENTS, ACCESS_EVENTS}
    for channel in document()["channels"].values():
        topic, binding = topics[channel["address"]], channel["bindings"]["kafka"]
        assert binding["partitions"] == topic.partitions
        assert str(binding["topicConfiguration"]["retention.ms"]) == topic.config["retention.ms"]
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel.get("parameters", {}))


def test_every_message_is_met_in_one_channel() -> None:
    met = [name for channel in document()["channels"].values() for name in channel["messages"]]
    assert sorted(met) == sorted(document()["components"]["messages"])
    assert {message["name"] for message in document()["components"]["messages"].values()} == {*MESSAGES}


def test_every_channel_has_one_operation() -> None:
    operations = document()["operations"].values()
    assert sorted(each["channel"]["$ref"] for each in operations) == sorted(
        f"#/channels/{name}" for name in document()["channels"]
    )
    assert {each["channel"]["$ref"] for each in operations if each["action"] == "receive"} == {"#/channels/submissions"}


def references(value: Any) -> Iterator[str]:
    """Every $ref anywhere in a value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        yield from (found for inner in value.values() for found in references(inner))
    elif isinstance(value, list):
        yield from (found for inner in value for found in references(inner))


def test_every_reference_leads_somewhere() -> None:
    found_references = list(references(document()))
    assert found_references
    for reference in found_references:
        file, _, pointer = reference.partition("#")
        if file:
            assert (DOCS / file).is_file(), reference
            continue
        found = document()
        for step in pointer.split("/")[1:]:
            assert step in found, reference
            found = found[step]


@pytest.mark.parametrize("name", MESSAGES)
def test_the_examples_of_a_message_follow_its_schema(name: str) -> None:
    (described,) = [each for each in document()["components"]["messages"].values() if each["name"] == name]
    assert described["summary"].endswith(".")
    assert described["examples"]
    for each in described["examples"]:
        schema = described["payload"]["schema"]
        validator_of(schema).validate(each["payload"])
