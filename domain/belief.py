"""What is believed of a child where its records differ: how many agencies agree, then who knows it best, then the time.

A value that more agencies hold is believed before one that fewer hold, whatever they are: one agency, however many
records it has, never outvotes two. Among values that equally many hold, the one of an agency that comes first in the
order of the field; among those, what an agency still keeps up, and then the latest. Nothing else decides: not the order
in which it arrived. A record that is set aside says nothing, unless no other is left.

Agencies that hold one value may write it in several ways. Of these the same holds, part by part: `wording.py` has the
parts. What one agency alone writes of a part that others leave open speaks neither for nor against it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from domain.matching.unknown import known_family_name, known_given_name
from domain.places import place_now
from domain.vocabulary import AgencyKind
from domain.wording import Parts, parts_of_address, parts_of_carer, parts_of_name

_Kind = AgencyKind
_KNOWS_LITTLE = frozenset({_Kind.VOLUNTARY})
"""They, and agencies whose kind is not known, come behind all others but sensitive services."""


@dataclass(frozen=True, eq=False)
class Field:
    """A field of an entry: which kinds of agency know it best, the best first; those not named come behind.

    `changes` says that it changes in the course of a life. Then an agency that no longer holds the child counts only
    where no other says anything; and two agencies are as many as three, for a third may not have heard of it yet.
    `parts` takes apart what records write of one value, where there is more than one way to write it.
    """

    name: str
    known_best: Sequence[Sequence[AgencyKind]]
    changes: bool = False
    parts: Callable[[Any], Parts] | None = None


_IDENTITY = (
    (_Kind.BIRTH_REGISTRATION, _Kind.GP_REGISTRATION),
    (_Kind.HOSPITAL, _Kind.DEATH_REGISTRATION),
    (_Kind.LOCAL_AUTHORITY, _Kind.SCHOOL_CENSUS, _Kind.CHILD_BENEFIT, _Kind.HEALTH_VISITING),
)
_HOUSEHOLD = (
    (_Kind.LOCAL_AUTHORITY, _Kind.SCHOOL_CENSUS),
    (_Kind.SOCIAL_CARE,),
    (_Kind.GP_REGISTRATION, _Kind.CHILD_BENEFIT, _Kind.HEALTH_VISITING),
)

NAME = Field("name", _IDENTITY, parts=parts_of_name)
BIRTH = Field("date_of_birth", _IDENTITY)
GENDER = Field("gender", _IDENTITY)
ADDRESS = Field("addresses", _HOUSEHOLD, changes=True, parts=parts_of_address)
AUTHORITY = Field("authority", _HOUSEHOLD, changes=True)
CARERS = Field(
    "carers",
    ((_Kind.SOCIAL_CARE, _Kind.LOCAL_AUTHORITY), (_Kind.SCHOOL_CENSUS,), _HOUSEHOLD[-1]),
    changes=True,
    parts=parts_of_carer,
)
NHS_NUMBER = Field("nhs_number", _IDENTITY)
UPN = Field("upn", ((_Kind.SCHOOL_CENSUS, _Kind.LOCAL_AUTHORITY),))
FIELDS = (NAME, BIRTH, GENDER, ADDRESS, AUTHORITY, CARERS, NHS_NUMBER, UPN)


class Speaker(NamedTuple):
    """The record that says something: its stream, agency and the agency's kind (None: not known).

    `deregistered` says that the agency no longer holds the child, `time` is when it became true.
    """

    stream: str
    source: str
    kind: str | None
    deregistered: bool
    time: str


class Said(NamedTuple):
    """What a record says of a field: a `value` that can be compared, None where it says nothing.

    What is less `whole` than another value counts for less than any agency, what is less `exact` breaks a tie.
    `written` is what the record has, as the `parts` of the field take it.
    """

    value: Hashable
    speaker: Speaker
    whole: int = 0
    exact: bool = False
    written: Any = None


class Held(NamedTuple):
    """A value, how many agencies hold it and the best place of one of them in the order of the field.

    `said` is what its records say, the one to believe first; `current` says that one of the agencies keeps it up.
    `enough` is how many of the agencies count, `time` when the last one of so many said it, where two are enough.
    """

    value: Hashable
    whole: int
    current: bool
    agencies: int
    enough: int
    exact: bool
    order: int
    time: str
    said: Sequence[Said]

    @property
    def first(self) -> Speaker:
        """The record that is believed most."""
        return self.said[0].speaker


ENOUGH = 2
"""Agencies that bear out a value that changes."""


def _orders(field: Field) -> Mapping[str | None, int]:
    """The place of each kind of agency in the order of who knows the field best, 0 first."""
    last = len(field.known_best)
    placed: dict[str | None, int] = dict.fromkeys(map(str, AgencyKind), last)
    placed |= dict.fromkeys((None, *map(str, _KNOWS_LITTLE)), last + 1)
    placed[str(_Kind.SENSITIVE_SERVICE)] = last + 2
    return placed | {str(kind): place for place, kinds in enumerate(field.known_best) for kind in kinds}


_ORDERS: Mapping[Field, Mapping[str | None, int]] = {field: _orders(field) for field in FIELDS}


def place_in_order(field: Field, kind: str | None) -> int:
    """The place of a kind of agency in the order of who knows the field best, 0 first."""
    return _ORDERS[field].get(kind, len(field.known_best))


def weigh(field: Field, said: Iterable[Said]) -> list[Held]:
    """The values that records hold of a field, the one to believe first."""
    by_value: defaultdict[Hashable, list[Said]] = defaultdict(list)
    for each in said:
        if each.value is not None:
            by_value[each.value].append(each)
    held = [_held(field, value, of_value) for value, of_value in by_value.items()]
    if len(held) > 1:
        held.sort(key=_weight, reverse=True)
    return held


def _weight(held: Held) -> tuple[object, ...]:
    """A sort key, the greatest is believed."""
    best = held.first
    return (
        *(held.whole, held.current, held.enough, held.exact, -held.order),
        *(not best.deregistered, held.time, best.source, best.stream),
    )


def _held(field: Field, value: Hashable, said: list[Said]) -> Held:
    if len(said) == 1:
        (only,) = said
        speaker = only.speaker
        keeps = not (field.changes and speaker.deregistered)
        order = place_in_order(field, speaker.kind)
        return Held(value, only.whole, keeps, 1, 1, only.exact, order, speaker.time, said)
    order_of = _ORDERS[field].get
    last = len(field.known_best)
    counted = _counted(field, said)
    wordings = _wordings(field, said, counted)
    ranked = [
        (_credit(field.changes, each.speaker, order_of(each.speaker.kind, last), wording), each)
        for each, wording in zip(said, wordings, strict=True)
    ]
    ranked.sort(key=_first, reverse=True)
    said = [each for _, each in ranked]
    latest: dict[str, str] = {}
    for each in counted:
        speaker = each.speaker
        latest[speaker.source] = max(speaker.time, latest.get(speaker.source, ""))
    enough = min(len(latest), ENOUGH) if field.changes else len(latest)
    return Held(
        value,
        max([each.whole for each in said]),
        not field.changes or not all(each.speaker.deregistered for each in counted),
        len(latest),
        enough,
        any(each.exact for each in said),
        min([order_of(each.speaker.kind, last) for each in counted]),
        sorted(latest.values(), reverse=True)[enough - 1] if field.changes else max(latest.values()),
        said,
    )


_first = itemgetter(0)


def _counted(field: Field, said: Sequence[Said]) -> Sequence[Said]:
    """What counts of all that is said of one value."""
    return [each for each in said if not each.speaker.deregistered] or said if field.changes else said


class _Wording(NamedTuple):
    """A way to write a value: how well each of its parts is borne out, and how many agencies write all of it alike."""

    parts: Sequence[int]
    alike: int


_OUTVOTED, _ALONE, _BORNE_OUT = range(3)
"""More agencies write another thing for a part; one writes this, or it is left open; two do, and none are more."""
_ONE_WAY = _Wording((), 0)


def _wordings(field: Field, said: Sequence[Said], counted: Sequence[Said]) -> Sequence[_Wording]:
    """How each of those who say one value writes it."""
    parts_of, first = field.parts, said[0].written
    if parts_of is None or all(each.written == first for each in said):
        return [_ONE_WAY] * len(said)
    most = ENOUGH if field.changes else len(said)
    written = [parts_of(each.written) for each in said]
    some_left = len(counted) < len(said)
    by_source = {
        (each.speaker.source, parts)
        for each, parts in zip(said, written, strict=True)
        if not (some_left and each.speaker.deregistered)
    }
    parts = zip(*(_borne_out(by_source, place, written, most) for place in range(len(written[0]))), strict=True)
    alike = Counter(whole for _, whole in by_source)
    return [_Wording(of_one, min(alike[whole], most)) for of_one, whole in zip(parts, written, strict=True)]


def _borne_out(by_source: Iterable[tuple[str, Parts]], place: int, written: Sequence[Parts], most: int) -> list[int]:
    """How well one part of each wording is borne out, as far as they differ in it."""
    first = written[0][place]
    if all(parts[place] == first for parts in written):
        return [_ALONE] * len(written)
    said_by = Counter(part for _, part in {(source, parts[place]) for source, parts in by_source} if part is not None)
    top = min(max(said_by.values(), default=0), most)
    return [
        _standing(min(said_by[parts[place]], most), top) if parts[place] is not None else _ALONE for parts in written
    ]


def _standing(agencies: int, top: int) -> int:
    if agencies < top:
        return _OUTVOTED
    return _BORNE_OUT if agencies >= ENOUGH else _ALONE


def best_of_each_part(field: Field, held: Held) -> Sequence[Said]:
    """For each part of how a value is written, who is to be believed of it: the first, unless two say otherwise."""
    wordings = _wordings(field, held.said, _counted(field, held.said))
    return [
        max(zip(column, held.said, strict=True), key=_first)[1]
        for column in zip(*(wording.parts for wording in wordings), strict=True)
    ]


def _credit(changes: bool, speaker: Speaker, place: int, wording: _Wording) -> tuple[object, ...]:
    """A sort key of records that say the same, the greatest first."""
    standing = not speaker.deregistered
    known = (*wording.parts, -place, wording.alike)
    stands = (standing, *known) if changes else (*known, standing)
    return (*stands, speaker.time, speaker.source, speaker.stream)


Record = TypeVar("Record")


def heard(records: Sequence[Record], is_aside: Callable[[Record], bool]) -> Sequence[Record]:
    """The records that say who the child is: those not set aside, or all where every one is."""
    return [record for record in records if not is_aside(record)] or records


@lru_cache(maxsize=65_536)
def name_said(given: str, family: str) -> tuple[tuple[str, str] | None, int]:
    """A name as it is compared, in whatever order it was written, and how many of its parts are known."""
    some, other = sorted((known_given_name(given), known_family_name(family)))
    return (some, other), bool(some) + bool(other)


def birth_said(born: str | None, estimated: bool, speaker: Speaker) -> Said:
    """What a record says of the date of birth."""
    return Said(born, speaker, exact=not estimated)


def believed_birth(said: Iterable[Said]) -> tuple[str | None, bool]:
    """The date of birth to believe, an ISO date or None, and whether it is estimated."""
    told = [each for each in said if each.value is not None]
    if len({each.value for each in told}) == 1:  # nothing to weigh, as a rule
        return str(told[0].value), not any(each.exact for each in told)
    held = weigh(BIRTH, told)
    return (str(held[0].value), not held[0].exact) if held else (None, False)


def believed_authority(said: Iterable[Said]) -> str | None:
    """The local authority that the child lives in, by its ONS code."""
    told = [each for each in said if each.value is not None]
    return _agreed(told) or _first_of(_weigh_places(told))


def authorities(said: Iterable[Said]) -> Sequence[str]:
    """Every local authority that the child may live in, the one to believe first."""
    return [str(held.value) for held in _weigh_places(said)]


def _agreed(told: Sequence[Said]) -> str | None:
    """The value where all say the same, as nearly always: then there is nothing to weigh."""
    values = {each.value for each in told}
    return str(values.pop()) if len(values) == 1 else None


def _first_of(held: Sequence[Held]) -> str | None:
    return str(held[0].value) if held else None


def vouched_authority(said: Iterable[Said]) -> str | None:
    """As `believed_authority`, of those that a local authority or two agencies say: what rights may follow from."""
    return next(
        (
            str(held.value)
            for held in _weigh_places(said)
            if held.agencies > 1 or any(each.speaker.kind == _Kind.LOCAL_AUTHORITY for each in held.said)
        ),
        None,
    )


def _weigh_places(said: Iterable[Said]) -> list[Held]:
    """The authorities that records hold, the one to believe first; a place whose code changed is one, by either code.

    It has that of its codes which would be believed first.
    """
    every = [each for each in said if each.value is not None]
    held = weigh(AUTHORITY, every)
    code_of = {place_now(str(each.value)): each.value for each in reversed(held)}
    if len(code_of) == len(held):
        return held
    return weigh(AUTHORITY, (each._replace(value=code_of[place_now(str(each.value))]) for each in every))


class ReportedIdentity(NamedTuple):
    """What a record reports of a child's identity; None where it reports nothing, `aside` where it is set aside.

    `written` is the given and the family name as the record has them.
    """

    speaker: Speaker
    aside: bool
    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None
    written: tuple[str, str]


class BelievedIdentity(NamedTuple):
    """A child's identity, from its records; `named_by` is the stream of the record with the name."""

    named_by: str | None
    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None


NOBODY = BelievedIdentity(None, None, None, False, None)
"""What is believed of a child of whom no record says anything."""


def believed_identity(records: Iterable[ReportedIdentity]) -> BelievedIdentity:
    """The identity in an entry composed of these records."""
    told = heard(list(records), lambda record: record.aside)
    by_stream = {record.speaker.stream: record for record in told}
    names = weigh(NAME, (_name_of(record) for record in told))
    born, estimated = believed_birth(birth_said(each.date_of_birth, each.estimated, each.speaker) for each in told)
    genders = [Said(each.gender, each.speaker) for each in told if each.gender is not None]
    named_by = names[0].first.stream if names else None
    return BelievedIdentity(
        named_by,
        by_stream[named_by].name if named_by else None,
        born,
        estimated,
        _agreed(genders) or _first_of(weigh(GENDER, genders)),
    )


def _name_of(record: ReportedIdentity) -> Said:
    value, whole = name_said(*(record.name or ("", "")))
    return Said(value, record.speaker, whole=whole, written=record.written)
