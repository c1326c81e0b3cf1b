"""From the bytes of a message to a command, or to what is wrong with it; no text repeats a value that was sent."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

import orjson
from pydantic import TypeAdapter, ValidationError

from domain.days import day_of
from domain.source_record.command import Command
from domain.written import BYTE_ORDER_MARK
from services.submission_contract.submission import MAX_BYTES, MODELS, PRINTABLE, Reference, Submission

MAX_DEPTH = 16
"""Deepest nesting; the contract needs five."""
MAX_REASONS = 20
"""Most reasons in one receipt."""

Reason = dict[str, str]


class Invalid(NamedTuple):
    """A message that does not follow the contract; `id` where one could be read."""

    id: str | None
    reasons: list[Reason]


class _Unreadable(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.reason = reason("", code, message)


def reason(field: str, code: str, message: str) -> Reason:
    """One reason of a receipt."""
    return {"field": field, "code": code, "message": message}


TOO_LARGE = Invalid(None, [reason("", "too-large", f"a submission has at most {MAX_BYTES} bytes")])
"""The reading of a message that is too large, and of one that its sender had to cut."""


def read(
    value: bytes | None, models: Mapping[str, type[Submission]] = MODELS, envelope: type[Submission] = Submission
) -> Command | Invalid:
    """The command in a message's value, or everything that is wrong with it.

    `models` has the model of each type that is taken; `envelope` checks a message of any other type.
    """
    if value is not None and len(value) > MAX_BYTES:
        return TOO_LARGE
    try:
        parsed = _parse((value or b"").removeprefix(BYTE_ORDER_MARK))
    except _Unreadable as unreadable:
        return Invalid(None, [unreadable.reason])
    if not isinstance(parsed, dict):
        return Invalid(None, [reason("", "not-an-object", "a submission is one JSON object")])
    model = models.get(parsed["type"]) if isinstance(parsed.get("type"), str) else None
    try:
        submission = (model or envelope).model_validate(parsed if model else _without(parsed, "type", "data"))
    except ValidationError as error:
        reasons = _of_type(parsed, model, models) + [_explained(problem) for problem in error.errors(include_url=False)]
        distinct = list({(each["field"], each["code"]): each for each in reasons}.values())
        return Invalid(_id_of(parsed), distinct[:MAX_REASONS])
    if model is None:
        return Invalid(_id_of(parsed), _of_type(parsed, model, models))
    return _command_of(submission)


def _command_of(submission: Any) -> Command | Invalid:
    """The command of a submission; a day that it leaves out is that of its time."""
    day = day_of(submission.time)
    data = submission.data.model_dump(exclude_none=True)
    if data.get("date_of_birth", "") > day:
        message = "a date of birth may not be later than the submission's time"
        return Invalid(submission.id, [reason("data.date_of_birth", "in-the-future", message)])
    if submission.DAY:
        data.setdefault(submission.DAY, day)
    return Command(submission.id, submission.source, submission.type, submission.subject, submission.time, data)


def _parse(value: bytes) -> Any:
    with suppress(orjson.JSONDecodeError, orjson.JSONEncodeError):
        parsed = orjson.loads(value)
        if len(orjson.dumps(parsed)) == len(value):
            return parsed
    return _parse_carefully(value)


def _parse_carefully(value: bytes) -> Any:
    """Parses what is not compact JSON, and raises where it is no JSON or names a key twice, which orjson would accept.

    The fast path is safe: a text that is as long when it is written again has lost no key, as only numbers can grow
    and the contract has none.
    """
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unreadable("not-utf8", "a submission is written in UTF-8") from None
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise _Unreadable("too-deep", f"a submission is nested at most {MAX_DEPTH} deep")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except _Unreadable:
        raise
    except (ValueError, RecursionError):
        raise _Unreadable("not-json", "a submission is JSON") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Unreadable("duplicate-key", "a JSON object names each key once")
    return made


def _no_constant(_: str) -> NoReturn:
    raise _Unreadable("not-json", "NaN and Infinity are not JSON")


_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""JSON strings, also one that never ends. It backtracks nowhere, so its time is linear in the length."""


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in _STRINGS.sub("", text):
        if character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


_ID: TypeAdapter[str] = TypeAdapter(Reference)


def _id_of(parsed: Mapping[str, Any]) -> str | None:
    try:
        return _ID.validate_python(parsed.get("id"), strict=True)
    except ValidationError:
        return None


def _without(parsed: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in parsed.items() if key not in names}


def _of_type(
    parsed: Mapping[str, Any], model: type[Submission] | None, models: Mapping[str, type[Submission]]
) -> list[Reason]:
    if model is not None:
        return []
    if parsed.get("type") is None:
        return [reason("type", "missing", _MISSING)]
    return [reason("type", "unknown-type", f"a submission's type is one of {', '.join(models)}")]


def _explained(problem: Mapping[str, Any]) -> Reason:
    kind = problem["type"]
    location = [str(step) for step in problem["loc"]]
    if kind == "extra_forbidden" and not _FIELD_NAME.fullmatch(location[-1]):
        location = location[:-1]
    if kind == "string_pattern_mismatch" and problem["ctx"]["pattern"] == PRINTABLE:
        kind = "string_too_short" if problem["input"].isspace() else "control_character"
    code, message = _EXPLANATIONS.get(kind, (kind.replace("_", "-"), ""))
    if code == "unknown-value":
        message = f"{message}: {', '.join(_QUOTED.findall(problem['ctx']['expected']))}"
    return reason(".".join(location), code, message or problem["msg"])


_FIELD_NAME = re.compile(r"(?!.{41})[A-Za-z][A-Za-z_.-]*[0-9]{0,3}[A-Za-z_.-]*", re.DOTALL)
"""A name that is repeated in a receipt; anything else in its place might be something about a child."""
_QUOTED = re.compile(r"'([^']*)'")
_TYPE = "the value has the wrong type"
_MISSING = "a required field is missing"

_EXPLANATIONS: dict[str, tuple[str, str]] = {
    "missing": ("missing", _MISSING),
    "extra_forbidden": (
        "unknown-field",
        "there is a field that the contract does not have; no case information is held",
    ),
    "string_too_long": ("too-long", "the text is longer than the contract allows"),
    "string_too_short": ("empty", "the text is empty"),
    "control_character": ("control-character", "text may not hold null or control characters"),
    "too_long": ("too-many", "the list has more items than the contract allows"),
    "string_pattern_mismatch": ("pattern", "the text has not the form that the contract asks for"),
    "literal_error": ("unknown-value", "the value is not one of those that the contract lists"),
    "enum": ("unknown-value", "the value is not one of those that the contract lists"),
    "string_unicode": ("not-utf8", "the text is not valid Unicode"),
    "string_type": ("type", _TYPE),
    "bool_type": ("type", _TYPE),
    "list_type": ("type", _TYPE),
    "dict_type": ("type", _TYPE),
    "model_type": ("type", _TYPE),
    "model_attributes_type": ("type", _TYPE),
}
"""pydantic's error types → code and text of a reason; our own errors carry theirs. No text repeats a value."""
