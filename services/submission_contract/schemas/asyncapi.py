"""Writes the AsyncAPI 3.0 document: which topics there are, who writes and reads them, and what they hold."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from domain.catalogue import EVENTS
from services.submission_contract.schemas.event_examples import cloud_event, events
from services.submission_contract.schemas.examples import NOTICES, RECEIPTS, SUBMISSIONS
from services.submission_contract.schemas.json_schema import schema_of
from services.submission_contract.schemas.messages import data_model
from services.submission_contract.submission import MODELS
from streams.kafka.topics import (
    ACCESS_EVENTS,
    COMMON_TOPICS,
    REGISTER_EVENTS,
    Topic,
    agency_topics,
    notice_topics,
    notices_topic,
)

FORMAT = "application/schema+json;version=2020-12"
CONTENT_TYPE = "application/cloudevents+json"
KAFKA_BINDING = "0.5.0"
_ACCESS_ROOMS = ("domain.access_log.", "domain.subject_access.")
OF_ACCESS = [name for name, event in EVENTS.items() if event.__module__.startswith(_ACCESS_ROOMS)]
"""The events of the access log; all others are of the register."""
Fields = dict[str, Any]


def document() -> Fields:
    """The whole document."""
    submissions, receipts = agency_topics("{agency}")
    common = {topic.name: topic for topic in COMMON_TOPICS}
    register = [name for name in EVENTS if name not in OF_ACCESS]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ContactPoint",
            "version": version("contactpoint"),
            "description": "A universal, event-sourced directory of children, over Kafka. Agencies send submissions and"
            " read their receipts; whatever the directory believes, and every look at it, is published as events.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "submissions": _channel(
                submissions, MODELS, "What an agency says. The key is the subject; kept for 7 days."
            ),
            "receipts": _channel(receipts, ["receipt"], "Exactly one answer to each submission; kept for ever."),
            "registerEvents": _channel(
                common[REGISTER_EVENTS], register, "What the directory believes, each position once; not for agencies."
            ),
            "accessEvents": _channel(common[ACCESS_EVENTS], OF_ACCESS, "Who looked at what and why; not for agencies."),
            "notices": _channel(
                notice_topics([notices_topic("{authority}")])[0],
                ["notice"],
                "Looks of which an authority is told; kept for ever.",
            ),
        },
        "operations": {
            "receiveSubmissions": _operation(
                "receive", "submissions", "An agency's producer writes, the registrar reads."
            ),
            "sendReceipts": _operation("send", "receipts", "The relay writes, the agency reads."),
            "sendRegisterEvents": _operation("send", "registerEvents", "The relay writes, projections read."),
            "sendAccessEvents": _operation("send", "accessEvents", "The relay writes, projections read."),
            "sendNotices": _operation("send", "notices", "The relay writes, the authority reads."),
        },
        "components": {"messages": {**_submissions(), "receipt": _receipt(), "notice": _notice(), **_events()}},
    }


def _channel(topic: Topic, messages: Iterable[str], description: str) -> Fields:
    retention = int(topic.config["retention.ms"])
    channel: Fields = {
        "address": topic.name,
        "description": description,
        "messages": {_key(name): {"$ref": f"#/components/messages/{_key(name)}"} for name in messages},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": retention},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }
    if "{authority}" in topic.name:
        unknown = "The ONS code of a local authority, or `unclaimed` where nobody knows where the child lives."
        channel["parameters"] = {"authority": {"description": unknown}}
    if "{agency}" in topic.name:
        channel["parameters"] = {"agency": {"description": "The code of an agency in the agency register."}}
    return channel


def _operation(action: str, channel: str, summary: str) -> Fields:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _submissions() -> Fields:
    return {
        _key(name): {
            "name": name,
            "summary": _first_line(MODELS[name]),
            "contentType": CONTENT_TYPE,
            "payload": _payload({"$ref": f"./schemas/{name}.schema.json"}),
            "bindings": _keyed("the submission's subject"),
            "examples": [{"name": _key(name), "payload": example}],
        }
        for name, example in sorted(SUBMISSIONS.items())
    }


def _receipt() -> Fields:
    return {
        "name": "receipt",
        "summary": "The answer to one submission.",
        "payload": _payload({"$ref": "./schemas/receipt.schema.json"}),
        "bindings": _keyed("the agency's source"),
        "examples": [{"name": outcome, "payload": example} for outcome, example in RECEIPTS.items()],
    }


def _notice() -> Fields:
    return {
        "name": "notice",
        "summary": "Tells an authority of a look that it should know of, or data managers of an alarm.",
        "payload": _payload({"$ref": "./schemas/notice.schema.json"}),
        "bindings": _keyed("the child's number, or the agency's code"),
        "examples": [{"name": _key(kind), "payload": example} for kind, example in NOTICES.items()],
    }


def _events() -> Fields:
    examples = events()
    return {
        _key(name): {
            "name": name,
            "summary": _first_line(event),
            "contentType": CONTENT_TYPE,
            "payload": _payload(
                {
                    "allOf": [
                        {"$ref": "./schemas/event.schema.json"},
                        {"properties": {"type": {"const": name}, "data": schema_of(data_model(event))}},
                    ]
                }
            ),
            "bindings": _keyed("the stream id"),
            "examples": [{"name": _key(name), "payload": cloud_event(examples[name], position)}],
        }
        for position, (name, event) in enumerate(EVENTS.items(), 1)
    }


def _payload(schema: Fields) -> Fields:
    return {"schemaFormat": FORMAT, "schema": schema}


def _keyed(by: str) -> Fields:
    return {"kafka": {"key": {"type": "string", "description": f"is {by}"}, "bindingVersion": KAFKA_BINDING}}


def _key(name: str) -> str:
    """A message's name as a key of the document: `child.registered` → `childRegistered`, `RecordLinked.v1` as it is."""
    first, _, second = name.partition(".")
    return name if first[0].isupper() or not second else first + second.capitalize()


def _first_line(described: type[Any]) -> str:
    return (described.__doc__ or "").strip().partition("\n")[0]
