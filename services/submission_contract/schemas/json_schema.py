"""Writes JSON Schemas (2020-12) from the pydantic models: one of each submission, of receipts and of events."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from services.submission_contract.schemas.event_examples import cloud_event, events
from services.submission_contract.schemas.examples import NOTICES, RECEIPTS, SUBMISSIONS
from services.submission_contract.schemas.messages import Event, Notice, ReceiptMessage
from services.submission_contract.submission import MODELS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


class _Plain(GenerateJsonSchema):
    """Without titles made of the fields' names, and without defaults: what is left out is null."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def schema_of(model: type[BaseModel]) -> Schema:
    """The bare JSON Schema of a model."""
    return model.model_json_schema(schema_generator=_Plain)


def inlined(schema: Schema) -> Schema:
    """A schema with each definition written where it is referred to, for documents without `$defs`."""
    definitions: Schema = schema.get("$defs", {})

    def written(part: Any) -> Any:
        if isinstance(part, list):
            return [written(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return written(definitions[part["$ref"].rpartition("/")[2]])
        return {name: written(each) for name, each in part.items() if name != "$defs"}

    whole: Schema = written(schema)
    return whole


def schemas() -> dict[str, Schema]:
    """Every published schema by its name: the types of submission, `receipt`, `notice` and `event`."""
    submissions = {name: _published(name, MODELS[name], [example]) for name, example in sorted(SUBMISSIONS.items())}
    example_events = [cloud_event(event, position) for position, event in enumerate(events().values(), 1)]
    return {
        **submissions,
        "receipt": _published("receipt", ReceiptMessage, list(RECEIPTS.values())),
        "notice": _published("notice", Notice, list(NOTICES.values())),
        "event": _published("event", Event, example_events),
    }


def _published(name: str, model: type[BaseModel], examples: list[Schema]) -> Schema:
    schema = schema_of(model)
    head = {"$schema": DIALECT, "$id": f"urn:contactpoint:schema:{name}", "title": name}
    return {**head, "description": schema["description"], **schema, "title": name, "examples": examples}
