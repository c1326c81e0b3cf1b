"""What attackers write into texts, and every free text of the submission models, found by walking them."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AfterValidator, BaseModel

from services.submission_contract.submission import MODELS

ACCEPTED = (
    "'); drop schema views cascade; --",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "-1",
    "\u202emoc.live",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "[red]x[/red] :boom:",
    "\N{CUNEIFORM SIGN A}" * 100,
)
"""Texts that a name may be, as far as the contract goes."""
REFUSED = ("x\r\nSet-Cookie: x=1", "\x1b[2J", "x\x00y", "\x9b2J")
"""Texts with control characters."""
MARKUP = "<script>alert(1)</script>"
HARM = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal must not get; ends of lines it may, and tabs, which stand between values in a pipe."""


def free_texts(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """The path of each free text in a model, and how long it may be; `[]` stands for any item of a list."""
    for name, field in model.model_fields.items():
        yield from _of(field.annotation, list(field.metadata), (*above, name))


def _of(kind: Any, metadata: list[Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    if hasattr(kind, "__metadata__"):
        yield from _of(get_args(kind)[0], [*metadata, *kind.__metadata__], path)
    elif get_origin(kind) is Literal:
        return
    elif get_origin(kind) is list:
        yield from _of(get_args(kind)[0], [], (*path, "[]"))
    elif get_origin(kind) is Union or type(kind).__name__ == "UnionType":
        for each in get_args(kind):
            yield from _of(each, metadata, path)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from free_texts(kind, path)
    elif kind is str and not any(isinstance(each, AfterValidator) for each in metadata):
        longest = [getattr(each, "max_length", None) for each in metadata]
        longest += [each.max_length for each in metadata if isinstance(each, annotated_types.MaxLen)]
        if known := [each for each in longest if each]:
            yield path, min(known)


FIELDS: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]] = {
    kind: tuple((path, most) for path, most in free_texts(model) if path[0] == "data") for kind, model in MODELS.items()
}
"""The free texts of the data of each type of submission."""


def filled(kind: str, data: dict[str, Any], payload: str) -> dict[str, Any]:
    """A copy of the data with the payload, cut where it has to be, in every free text."""
    made = deepcopy(data)
    for path, most in FIELDS[kind]:
        _put(made, path[1:], payload[:most])
    return made


def _put(into: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    name, *rest = path
    if not rest:
        into[name] = value
    elif rest == ["[]"]:
        into[name] = [value]
    elif rest[0] == "[]":
        (item,) = into.setdefault(name, [{}])
        _put(item, tuple(rest[1:]), value)
    else:
        _put(into.setdefault(name, {}), tuple(rest), value)


def alone(data: dict[str, Any], path: tuple[str, ...], value: str) -> dict[str, Any]:
    """The data with a value in one free text."""
    made = dict(data)
    _put(made, path[1:], value)
    return made


def texts(document: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(document, str):
        yield document
    for each in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from texts(each)
