"""The reference for whoever sends data, in Markdown: a page a message, and what each reason code means and asks for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from domain.source_record.rules import RULES_OF
from services.submission_contract.schemas.json_schema import Schema, inlined, schemas
from services.submission_contract.submission import MODELS, PRINTABLE

REASONS = Path(__file__).with_name("reason_codes.yaml")


class ReasonCode(NamedTuple):
    """What a code of a receipt means, and what its reader does, each in sentences."""

    means: str
    do: str


def reason_codes() -> dict[str, ReasonCode]:
    """Every reason code that a receipt can carry; what they mean is in `reason_codes.yaml`."""
    read: dict[str, dict[str, str]] = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    return {code: ReasonCode(**text) for code, text in read.items()}


def pages() -> dict[str, str]:
    """The pages of the reference: path below `docs/reference/` to Markdown."""
    described = schemas()
    messages = {f"messages/{name}.md": _message(name, described[name]) for name in sorted(described)}
    return {**messages, "README.md": _contents(described), "reason-codes.md": _reasons()}


def _contents(described: dict[str, Schema]) -> str:
    rows = [
        f"| [`{name}`](messages/{name}.md) | {described[name]['description'].partition(chr(10))[0]} |"
        for name in sorted(described)
    ]
    head = "# Messages\n\nMade from the code by `make schemas`. What goes wrong: [reason codes](reason-codes.md).\n\n"
    return head + "\n".join(("| message | what it says |", "|---|---|", *rows)) + "\n"


def _message(name: str, schema: Schema) -> str:
    example = json.dumps(schema["examples"][0], indent=2, ensure_ascii=False)
    fields = [f"| `{path}` | {required} | {kind} |" for path, required, kind in _fields(inlined(schema), "")]
    sections = [
        f"# {name}",
        schema["description"],
        f"[JSON Schema](../../schemas/{name}.schema.json)",
        "\n".join(("| field | | what it is |", "|---|---|---|", *fields)),
        f"## Example\n\nEverybody in it is invented.\n\n```json\n{example}\n```",
    ]
    if name in MODELS:
        codes = dict.fromkeys(rule.refusal.code for rule in RULES_OF[name])
        links = ", ".join(f"[`{code}`](../reason-codes.md#{code})" for code in codes)
        refused = (
            f"## When it is refused\n\nA message of this form is refused, in this order of checking, as {links}."
            " Who sends it, and whether its id was there before, is checked first."
        )
        sections.append(f"{refused} What has not this form is `invalid`, each with its [reason](../reason-codes.md).")
    return "\n\n".join(sections) + "\n"


def _reasons() -> str:
    head = (
        "# Reason codes\n\nWhat a receipt says where a message was not taken: `field` names where, `code` is one of"
        " these, `message` says it in a sentence. No text repeats what was sent. Codes never change."
    )
    codes = [f"## {code}\n\n{text.means}\n\n**What to do:** {text.do}" for code, text in sorted(reason_codes().items())]
    return "\n\n".join((head, *codes)) + "\n"


def _fields(schema: Schema, path: str) -> Iterator[tuple[str, str, str]]:
    """Each field below a schema: its path, whether it has to be there, and what it is."""
    for name, field in schema.get("properties", {}).items():
        inner, may_be_null = _without_null(field)
        here = f"{path}{name}"
        listed = inner.get("type") == "array"
        item = _without_null(inner["items"])[0] if listed else inner
        required = "required" if name in schema.get("required", ()) and not may_be_null else ""
        yield here, required, _kind(inner, item)
        yield from _fields(item, f"{here}[]." if listed else f"{here}.")


def _kind(field: Schema, item: Schema) -> str:
    kind = _of_one(item)
    if field is item:
        return kind
    most = f", at most {field['maxItems']}" if "maxItems" in field else ""
    return f"a list of: {kind}{most}"


def _of_one(item: Schema) -> str:
    if "const" in item:
        return f"`{item['const']}`"
    if "enum" in item:
        return ", ".join(f"`{value}`" for value in item["enum"])
    if item.get("type") == "object":
        return str(item.get("description", "an object")).replace("|", "\\|")
    kind = {"string": "text", "boolean": "`true` or `false`", "integer": "a whole number"}.get(item.get("type", ""), "")
    if item.get("format") in ("date", "date-time"):
        kind = {"date": "a date, `YYYY-MM-DD`", "date-time": "a time with its zone, ISO 8601"}[item["format"]]
    elif item.get("pattern", PRINTABLE) != PRINTABLE:
        kind += f" of the form `{item['pattern']}`".replace("|", "\\|")
    if "maxLength" in item:
        kind += f", at most {item['maxLength']} characters"
    return kind or str(item.get("description", "any JSON value"))


def _without_null(field: Schema) -> tuple[Schema, bool]:
    """A field without that it may be null, and whether it may."""
    choices: list[Any] = field.get("anyOf", [])
    some = [choice for choice in choices if choice.get("type") != "null"]
    return (some[0], True) if len(some) == 1 and len(choices) == 2 else (field, False)
