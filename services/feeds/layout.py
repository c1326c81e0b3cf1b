"""A layout: what one system's extract looks like, and which submissions each of its rows makes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from domain.vocabulary import AgencyKind, SubmissionType

CHILD = "child"
"""The type of a step that describes the child: `child.registered` where the directory has no live record of
that number, else `child.amended`."""
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
MOST_COLUMNS = 200
MOST_STEPS = 20

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Column = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Cell = Annotated[int, Field(ge=2, le=50)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileForm(_Part):
    """How the file is written."""

    encoding: Literal["utf-8", "utf-16", "cp1252", "iso-8859-1"] = "utf-8"
    delimiter: Literal["comma", "semicolon", "tab", "bar"] = "comma"
    dates: Literal["dd/mm/yyyy", "dd-mm-yyyy", "dd.mm.yyyy", "yyyy-mm-dd", "yyyymmdd", "dd-mon-yyyy"] = "dd/mm/yyyy"


class MarkedRow(_Part):
    """A row about the extract itself: `mark` is its first cell, the others are the numbers of cells, from 2 on."""

    mark: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    id: Cell | None = None
    date: Cell | None = None
    rows: Cell | None = None


class Origin(_Part):
    """Where an extract states its own id, date and number of rows: before the headings, or at the end."""

    header: MarkedRow | None = None
    trailer: MarkedRow | None = None


class Source(NamedTuple):
    """Where a field comes from: the cells of columns with `glue` between them, or a constant.

    with `whole` none of the cells may be empty.
    """

    columns: tuple[str, ...] = ()
    glue: str = " "
    whole: bool = False
    constant: str | None = None


def _source(stated: Any) -> Source:
    match stated:
        case str():
            return Source((stated,))
        case [*columns] if columns and all(isinstance(each, str) for each in columns):
            return Source(tuple(columns))
        case {"value": str(constant), **rest} if not rest and constant:
            return Source(constant=constant)
        case {"join": [*columns], "with": str(glue), **rest} if not rest and columns and len(glue) < 10:
            return Source(tuple(columns), glue, whole=True)
    raise PydanticCustomError(
        "source", "write a column, a list of columns, {value: TEXT} or {join: [COLUMNS], with: TEXT}"
    )


Condition = Literal["filled", "empty"] | list[str]
FieldSource = Annotated[Source, PlainValidator(_source)]


class Step(_Part):
    """One submission that a row makes, where all of `when` holds: column → `filled`, `empty` or a list of values."""

    type: Literal["child"] | SubmissionType
    when: Mapping[Column, Condition] = Field(default_factory=dict)
    time: Column | None = None
    fields: Annotated[Mapping[str, FieldSource], Field(min_length=1, max_length=100)]


class Layout(_Part):
    """A mapping file. `columns` are all of the file's in its order; a column that no step names is never sent."""

    layout: Name
    system: Text
    about: Text
    sent_by: Annotated[list[AgencyKind], Field(min_length=1)]
    file: FileForm = FileForm()
    extract: Origin = Origin()
    columns: Annotated[list[Column], Field(min_length=1, max_length=MOST_COLUMNS)]
    required: list[Column] = Field(default_factory=list)
    codes: Mapping[Column, Mapping[str, str]] = Field(default_factory=dict)
    subject: Column
    time: Column | None = None
    sends: Annotated[list[Step], Field(min_length=1, max_length=MOST_STEPS)]


def used_columns(layout: Layout) -> list[str]:
    """The columns on which something that is sent depends, in their order."""
    used = {layout.subject, layout.time, *layout.required}
    for step in layout.sends:
        used |= {step.time, *step.when, *(column for source in step.fields.values() for column in source.columns)}
    return [column for column in layout.columns if column in used]
