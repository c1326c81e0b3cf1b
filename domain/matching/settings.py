"""The weights and thresholds of the matcher, as `matcher.yaml` has them; another file is another version of it."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Probability = Annotated[float, Field(gt=0, lt=1)]

LEVELS: Mapping[str, tuple[str, ...]] = {
    "given_name": ("same", "common", "nickname", "part", "initial", "close", "similar", "swapped", "differs"),
    "family_name": ("same", "common", "part", "initial", "close", "similar", "swapped", "differs"),
    "date_of_birth": ("same", "placeholder", "swapped", "typing", "near", "estimated", "differs"),
    "gender": ("same", "differs"),
    "nhs_number": ("same", "differs"),
    "upn": ("same", "differs"),
    "postcode": ("same", "close", "differs"),
    "address": ("same", "similar", "part", "differs"),
    "carers": ("same", "similar", "differs"),
    "contacts": ("same", "differs"),
}
"""The fields that are compared and how far each can agree; `absent`, which every field has, has no weight."""


class Chances(NamedTuple):
    """How often two records agree so far: of one child, of two of a household, of two namesakes, of two strangers."""

    match: Probability
    relative: Probability
    namesake: Probability
    stranger: Probability


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rivals(_Part):
    """How many pairs of records of relatives, namesakes and strangers there are for each pair that is one child.

    `relative_in_one_agency` replaces `relative` where one agency holds both: it seldom registers a child twice, and
    often brothers and sisters. `grown_up_relative` replaces both where the two are grown up. There are at least
    `stranger_of_each_record` strangers for every record in the directory, and `stranger_elsewhere`, whom nobody has
    reported yet, for whoever agrees in nothing but a name, or in a birthday and a part of it. A `cousin` has the name
    and agrees else like a stranger.
    """

    relative: Annotated[float, Field(gt=0)]
    relative_in_one_agency: Annotated[float, Field(gt=0)]
    grown_up_relative: Annotated[float, Field(gt=0)]
    namesake: Annotated[float, Field(gt=0)]
    stranger: Annotated[float, Field(gt=0)]
    stranger_of_each_record: Annotated[float, Field(gt=0)] = 1.0
    stranger_elsewhere: Annotated[float, Field(gt=0)] = 1.0e7
    cousin: Annotated[float, Field(ge=0)] = 0.0


class Thresholds(_Part):
    """From which probability on a pair is `certain` or `possible`, and what separates two records.

    They contradict each other at `contradiction` bits of evidence or fewer, or at `namesakes` bits as against
    namesakes; both are below zero. `ambiguity` is by how many bits the better of two children has to lead. Of two that
    may be twins the probability is halved where, times the odds of a relative, it is above `twins`. Between two
    children a pair that contradicts by weight alone is outvoted by `outvote` pairs that are certain; 0: never. Two
    children of several records each are one only where a share `agreeing` of the pairs between them is certain.
    """

    certain: Probability
    possible: Probability
    contradiction: Annotated[float, Field(lt=0)]
    namesakes: Annotated[float, Field(lt=0)]
    ambiguity: Annotated[float, Field(gt=0)]
    twins: Annotated[float, Field(ge=0, lt=1)] = 0.0
    outvote: Annotated[float, Field(ge=0)] = 0.0
    agreeing: Annotated[float, Field(ge=0, le=1)] = 0.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.possible >= self.certain:
            raise ValueError("possible has to be below certain")
        return self


class MatcherSettings(_Part):
    """One version of the matcher. Raises pydantic's ValidationError where a field or level is missing or unknown."""

    version: Annotated[str, Field(min_length=1, max_length=100)]
    rivals: Rivals
    thresholds: Thresholds
    fields: dict[str, dict[str, Chances]]
    common_given_names: frozenset[str]
    common_family_names: frozenset[str]
    nicknames: tuple[frozenset[str], ...]
    given_names: frozenset[str] = frozenset()
    """Further names that people bear, beside those of the other lists; without any, a name alike is one mistyped."""

    @model_validator(mode="before")
    @classmethod
    def _words(cls, stated: Any) -> Any:
        """Lists of names may be written as one text, groups of nicknames as texts, chances as three numbers."""
        if not isinstance(stated, Mapping):
            return stated
        words = {
            name: stated[name].split()
            for name in ("common_given_names", "common_family_names", "given_names")
            if isinstance(stated.get(name), str)
        }
        groups = stated.get("nicknames")
        if isinstance(groups, list):
            words["nicknames"] = [group.split() if isinstance(group, str) else group for group in groups]
        return {**stated, **words}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.fields.keys() != LEVELS.keys():
            raise ValueError(f"fields are {', '.join(LEVELS)}")
        for name, levels in LEVELS.items():
            if self.fields[name].keys() != set(levels):
                raise ValueError(f"the levels of {name} are {', '.join(levels)}")
        return self
