"""What the fields of each event have to be, so that a projection may rely on them: derived from the event's class.

A message is data, and may be anything; what has passed here is of its type. An exception of a projection after that is
a fault of the program.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, Field, TypeAdapter
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from domain.catalogue import EVENTS, UPCASTS

LARGEST_INT = 2**31 - 1
"""The largest value of a column of the type int."""

_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Id = Annotated[str, Field(pattern=f"^{_ID}$")]
"""A stream id as it is published; a column of the type uuid takes it."""
IS_ID: Callable[[str], object | None] = re.compile(_ID).fullmatch
"""Gives None for a text that is no stream id."""


def _is_a_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, AfterValidator(_is_a_day)]
"""An ISO day."""


class Absorbed(TypedDict):
    """A child that a merge absorbed, and its records."""

    child: Id
    records: list[Id]


class Compared(TypedDict):
    """A record that another was compared with."""

    record: Id
    rule: str
    score: float
    explanation: dict[str, Any]


class Aside(TypedDict):
    """A record that is set aside, and from which of its versions on."""

    record: Id
    since: Annotated[int, Field(ge=1, le=LARGEST_INT)]


_CLEAR: Mapping[str, Any] = {
    **dict.fromkeys(("record", "to", "by", "other", "child", "investigation", "inherited_from", "erasure"), Id),
    **dict.fromkeys(("records", "other_records", "children"), list[Id]),
    "merged": list[Absorbed],
    "suspicions": list[Compared],
    "contradictions": list[Compared],
    "aside": list[Aside],
    "removals": list[Annotated[int, Field(ge=1, le=LARGEST_INT)]],
}
"""Clear fields beyond those of their class."""
_SEALED: Mapping[str, Any] = dict.fromkeys(("on", "ended_on", "raised_on", "lowered_on"), Day)
_NARROWER: Mapping[Any, Any] = {int: Annotated[int, Field(ge=0, le=LARGEST_INT)]}


def has_clear_shape(kind: str, data: Mapping[str, Any]) -> bool:
    """Whether the clear fields are as an event of that type has them; nothing is known of those of other types."""
    kind, data = _lifted(kind, data)
    is_right = _clear_shape(kind)
    return is_right is None or is_right(data, strict=True)


def has_sealed_shape(kind: str, personal: Mapping[str, Any]) -> bool:
    """The same of the sealed fields, once they are open."""
    kind, personal = _lifted(kind, personal)
    is_right = _sealed_shape(kind)
    return is_right is None or is_right(personal, strict=True)


def _lifted(kind: str, fields: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Fields of an event of an earlier version as those of today's."""
    while kind in UPCASTS:
        kind, lift = UPCASTS[kind]
        fields = lift({**fields})
    return kind, fields


Check = Callable[..., bool]


@cache
def _clear_shape(kind: str) -> Check | None:
    event = EVENTS.get(kind)
    return None if event is None else _shape(kind, get_type_hints(event), event.CLEAR, _CLEAR)


@cache
def _sealed_shape(kind: str) -> Check | None:
    event = EVENTS.get(kind)
    return None if event is None else _shape(kind, get_type_hints(event), event.SEALED, _SEALED)


def _shape(kind: str, types: Mapping[str, Any], names: tuple[str, ...], more: Mapping[str, Any]) -> Check | None:
    if not names:
        return None
    fields = {name: _narrowed(types[name], more.get(name)) for name in names}
    shape = TypedDict(kind.partition(".")[0], fields)  # type: ignore[misc]
    check: Check = TypeAdapter(shape).validator.isinstance_python
    return check


def _narrowed(of_class: Any, narrower: Any) -> Any:
    optional = get_origin(of_class) in (Union, UnionType) and type(None) in get_args(of_class)
    if narrower is None:
        return _NARROWER.get(of_class, of_class)
    return narrower | None if optional else narrower
