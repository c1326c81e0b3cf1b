"""Checks that the parts of a layout fit each other and the contract; finds the first fault."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from services.feeds.layout import CHILD, Layout, Source, Step
from services.submission_contract.submission import MODELS
from services.submit.table import column_kind

Place = tuple[str | int, ...]

_TRUTH = {"true", "false"}


class Fault(NamedTuple):
    """What is wrong, and where in the layout."""

    place: Place
    sentence: str


def first_fault(layout: Layout) -> Fault | None:
    """The first fault, in the order in which a layout is read; None where there is none."""
    for faults in (_in_extract(layout), _in_columns(layout), _in_steps(layout)):
        for fault in faults:
            return fault
    return None


def model_of(type_: str) -> type[BaseModel]:
    """The contract's model of the data that a step of that type sends."""
    model: type[BaseModel] = MODELS["child.registered" if type_ == CHILD else type_].model_fields["data"].annotation  # type: ignore[assignment]
    return model


def held_by(type_: str, field: str) -> str | None:
    """What a field of a step of that type holds: text, texts or truth; None where the contract has no such field."""
    if field.partition(".")[0] not in model_of(type_).model_fields:
        return None
    return column_kind(field)


def _in_extract(layout: Layout) -> Iterator[Fault]:
    header, trailer = layout.extract.header, layout.extract.trailer
    for name in ("id", "date", "rows"):
        if header and trailer and getattr(header, name) and getattr(trailer, name):
            yield Fault(("extract", "trailer", name), "the header tells it too; name it once")


def _in_columns(layout: Layout) -> Iterator[Fault]:
    for number, column in enumerate(layout.columns):
        if layout.columns.index(column) != number:
            yield Fault(("columns", number), "an earlier column has the same name; give each its own")
    for number, column in enumerate(layout.required):
        yield from _unknown(layout, ("required", number), column)
    for column in layout.codes:
        yield from _unknown(layout, ("codes", column), column)
    yield from _unknown(layout, ("subject",), layout.subject)
    if layout.time:
        yield from _unknown(layout, ("time",), layout.time)


def _in_steps(layout: Layout) -> Iterator[Fault]:
    for number, step in enumerate(layout.sends):
        place: Place = ("sends", number)
        if step.time:
            yield from _unknown(layout, (*place, "time"), step.time)
        yield from _in_conditions(layout, (*place, "when"), step)
        for field, source in step.fields.items():
            yield from _in_field(layout, (*place, "fields", field), step, source)
        missing = [name for name, field in model_of(step.type).model_fields.items() if field.is_required()]
        for name in missing:
            if name not in step.fields:
                yield Fault((*place, "fields"), f"the contract requires {name}; say where it comes from")


def _in_conditions(layout: Layout, place: Place, step: Step) -> Iterator[Fault]:
    for column, wanted in step.when.items():
        yield from _unknown(layout, (*place, column), column)
        meanings = set(layout.codes.get(column, {}).values())
        if isinstance(wanted, list) and meanings and not meanings.issuperset(wanted):
            yield Fault((*place, column), f"none of the codes means that; write some of {', '.join(sorted(meanings))}")


def _in_field(layout: Layout, place: Place, step: Step, source: Source) -> Iterator[Fault]:
    field = str(place[-1])
    held = held_by(step.type, field)
    if held is None:
        yield Fault(place, f"{step.type} has no such field; see the contract's fields in docs/schemas")
    for column in source.columns:
        yield from _unknown(layout, place, column)
    if held == "truth":
        possible = {source.constant} if source.constant else set()
        for column in source.columns:
            possible |= set(layout.codes.get(column, {"": "a text"}).values())
        if not possible <= _TRUTH:
            yield Fault(place, "the field is true or false; give its column a code list with these two")


def _unknown(layout: Layout, place: Place, column: str) -> Iterator[Fault]:
    if column not in layout.columns:
        yield Fault(place, "`columns` has no column of that name; correct one of the two")
