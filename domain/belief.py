"""Which value is believed where records of a child differ: most agencies first, then the best source, then the latest.

- More agencies outweigh fewer, whatever they are. All records of one agency count once: it never outvotes two others.
- Among values that equally many agencies report, the one from the kind of agency that ranks first for the field.
- Among those, a value that an agency still maintains, and then the latest.

The order of arrival decides nothing. A record that is set aside does not count, unless no other is left.

Agencies that report one value may write it in several ways. The same rules choose between these, component by
component (`wording.py`). A component that only one agency fills in counts neither for nor against that agency.
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
from domain.wording import Components, address_components, carer_components, name_components

_Kind = AgencyKind
_KNOWS_LITTLE = frozenset({_Kind.VOLUNTARY})
"""These kinds, and agencies of unknown kind, rank below all others but sensitive services."""


@dataclass(frozen=True, eq=False)
class Field:
    """A field of an entry, with the kinds of agency that know it best, best first; all other kinds rank below.

    `changes` is True for a field that changes in the course of a life. For such a field an agency that no longer holds
    the child counts only where no other reports a value, and three agencies weigh no more than two, since the third may
    not have learnt of the change yet. `components` splits a value that can be written in more than one way.
    """

    name: str
    known_best: Sequence[Sequence[AgencyKind]]
    changes: bool = False
    components: Callable[[Any], Components] | None = None


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

NAME = Field("name", _IDENTITY, components=name_components)
BIRTH = Field("date_of_birth", _IDENTITY)
GENDER = Field("gender", _IDENTITY)
ADDRESS = Field("addresses", _HOUSEHOLD, changes=True, components=address_components)
AUTHORITY = Field("authority", _HOUSEHOLD, changes=True)
CARERS = Field(
    "carers",
    ((_Kind.SOCIAL_CARE, _Kind.LOCAL_AUTHORITY), (_Kind.SCHOOL_CENSUS,), _HOUSEHOLD[-1]),
    changes=True,
    components=carer_components,
)
NHS_NUMBER = Field("nhs_number", _IDENTITY)
UPN = Field("upn", ((_Kind.SCHOOL_CENSUS, _Kind.LOCAL_AUTHORITY),))
FIELDS = (NAME, BIRTH, GENDER, ADDRESS, AUTHORITY, CARERS, NHS_NUMBER, UPN)


class Origin(NamedTuple):
    """Where a statement comes from: a record's stream, its agency, and the agency's kind (None: not known).

    `deregistered` is True if the agency no longer holds the child; `time` is when the statement became true.
    """

    stream: str
    source: str
    kind: str | None
    deregistered: bool
    time: str


class Statement(NamedTuple):
    """The value that one record reports for a field, in a form that can be compared; None where it reports none.

    A value of lower `completeness` never outweighs one of higher, however many agencies report it. `exact` breaks a
    tie. `written` is the value as the record has it, from which the field's `components` are taken.
    """

    value: Hashable
    origin: Origin
    completeness: int = 0
    exact: bool = False
    written: Any = None


class HeldValue(NamedTuple):
    """A value with its support: the statements that report it, best first, and what ranks it among other values.

    `agencies` counts the agencies, `counted` those that weigh (at most ENOUGH for a field that changes). `time` is the
    latest time of a statement, or for a field that changes, the time at which the last of the counted agencies
    confirmed it. `order` is the best rank of an agency for the field (0 first). `current` is True if an agency still
    maintains the value.
    """

    value: Hashable
    completeness: int
    current: bool
    agencies: int
    counted: int
    exact: bool
    order: int
    time: str
    statements: Sequence[Statement]

    @property
    def first(self) -> Origin:
        """The origin of the statement that is believed most."""
        return self.statements[0].origin


ENOUGH = 2
"""So many agencies confirm a value that changes; more add nothing."""


def _orders(field: Field) -> Mapping[str | None, int]:
    """The rank of each kind of agency for the field, 0 best."""
    last = len(field.known_best)
    placed: dict[str | None, int] = dict.fromkeys(map(str, AgencyKind), last)
    placed |= dict.fromkeys((None, *map(str, _KNOWS_LITTLE)), last + 1)
    placed[str(_Kind.SENSITIVE_SERVICE)] = last + 2
    return placed | {str(kind): place for place, kinds in enumerate(field.known_best) for kind in kinds}


_ORDERS: Mapping[Field, Mapping[str | None, int]] = {field: _orders(field) for field in FIELDS}


def place_in_order(field: Field, kind: str | None) -> int:
    """The rank of a kind of agency for the field, 0 best."""
    return _ORDERS[field].get(kind, len(field.known_best))


def weigh(field: Field, statements: Iterable[Statement]) -> list[HeldValue]:
    """The values that records report for a field, the one to believe first."""
    by_value: defaultdict[Hashable, list[Statement]] = defaultdict(list)
    for each in statements:
        if each.value is not None:
            by_value[each.value].append(each)
    held = [_held_value(field, value, of_value) for value, of_value in by_value.items()]
    if len(held) > 1:
        held.sort(key=_weight, reverse=True)
    return held


def _weight(held: HeldValue) -> tuple[object, ...]:
    """A sort key; the greatest is believed."""
    best = held.first
    return (
        *(held.completeness, held.current, held.counted, held.exact, -held.order),
        *(not best.deregistered, held.time, best.source, best.stream),
    )


def _held_value(field: Field, value: Hashable, statements: list[Statement]) -> HeldValue:
    if len(statements) == 1:
        (only,) = statements
        origin = only.origin
        current = not (field.changes and origin.deregistered)
        order = place_in_order(field, origin.kind)
        return HeldValue(value, only.completeness, current, 1, 1, only.exact, order, origin.time, statements)
    order_of = _ORDERS[field].get
    last = len(field.known_best)
    counted = _counted(field, statements)
    wordings = _wordings(field, statements, counted)
    ranked = [
        (_credit(field.changes, each.origin, order_of(each.origin.kind, last), wording), each)
        for each, wording in zip(statements, wordings, strict=True)
    ]
    ranked.sort(key=_first, reverse=True)
    statements = [each for _, each in ranked]
    latest: dict[str, str] = {}
    for each in counted:
        origin = each.origin
        latest[origin.source] = max(origin.time, latest.get(origin.source, ""))
    enough = min(len(latest), ENOUGH) if field.changes else len(latest)
    return HeldValue(
        value,
        max([each.completeness for each in statements]),
        not field.changes or not all(each.origin.deregistered for each in counted),
        len(latest),
        enough,
        any(each.exact for each in statements),
        min([order_of(each.origin.kind, last) for each in counted]),
        sorted(latest.values(), reverse=True)[enough - 1] if field.changes else max(latest.values()),
        statements,
    )


_first = itemgetter(0)


def _counted(field: Field, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements that count: of a field that changes, those of agencies that still hold the child, if any."""
    if not field.changes:
        return statements
    return [each for each in statements if not each.origin.deregistered] or statements


class _Wording(NamedTuple):
    """The support for one way to write a value: of each component, and how many agencies write all of it alike."""

    support: Sequence[int]
    alike: int


_OUTVOTED, _ALONE, _CONFIRMED = range(3)
"""The support for a component: more agencies write something else; one agency writes it, or it is empty; two or more
write it, and no other wording has more."""
_ONE_WAY = _Wording((), 0)


def _wordings(field: Field, statements: Sequence[Statement], counted: Sequence[Statement]) -> Sequence[_Wording]:
    """The support for the wording of each statement of one value."""
    components_of, first = field.components, statements[0].written
    if components_of is None or all(each.written == first for each in statements):
        return [_ONE_WAY] * len(statements)
    most = ENOUGH if field.changes else len(statements)
    written = [components_of(each.written) for each in statements]
    some_left = len(counted) < len(statements)
    by_source = {
        (each.origin.source, components)
        for each, components in zip(statements, written, strict=True)
        if not (some_left and each.origin.deregistered)
    }
    support = zip(*(_support_at(by_source, place, written, most) for place in range(len(written[0]))), strict=True)
    alike = Counter(whole for _, whole in by_source)
    return [_Wording(of_one, min(alike[whole], most)) for of_one, whole in zip(support, written, strict=True)]


def _support_at(
    by_source: Iterable[tuple[str, Components]], place: int, written: Sequence[Components], most: int
) -> list[int]:
    """The support for the component at one place of each wording; all equal where the wordings agree in it."""
    first = written[0][place]
    if all(components[place] == first for components in written):
        return [_ALONE] * len(written)
    by_component = {(source, components[place]) for source, components in by_source}
    agencies = Counter(component for _, component in by_component if component is not None)
    top = min(max(agencies.values(), default=0), most)
    return [
        _support(min(agencies[components[place]], most), top) if components[place] is not None else _ALONE
        for components in written
    ]


def _support(agencies: int, top: int) -> int:
    if agencies < top:
        return _OUTVOTED
    return _CONFIRMED if agencies >= ENOUGH else _ALONE


def best_of_each_component(field: Field, held: HeldValue) -> Sequence[Statement]:
    """For each component of a value, the statement to believe: the first, unless two agencies agree otherwise."""
    wordings = _wordings(field, held.statements, _counted(field, held.statements))
    return [
        max(zip(column, held.statements, strict=True), key=_first)[1]
        for column in zip(*(wording.support for wording in wordings), strict=True)
    ]


def _credit(changes: bool, origin: Origin, place: int, wording: _Wording) -> tuple[object, ...]:
    """A sort key of statements of one value; the greatest is believed most."""
    current = not origin.deregistered
    known = (*wording.support, -place, wording.alike)
    best = (current, *known) if changes else (*known, current)
    return (*best, origin.time, origin.source, origin.stream)


Record = TypeVar("Record")


def believed_records(records: Sequence[Record], is_aside: Callable[[Record], bool]) -> Sequence[Record]:
    """The records from which a child's identity follows: those not set aside, or all where every one is."""
    return [record for record in records if not is_aside(record)] or records


@lru_cache(maxsize=65_536)
def comparable_name(given: str, family: str) -> tuple[tuple[str, str] | None, int]:
    """A name in a form that ignores the order of its parts, and how many of its parts are known."""
    some, other = sorted((known_given_name(given), known_family_name(family)))
    return (some, other), bool(some) + bool(other)


def birth_statement(born: str | None, estimated: bool, origin: Origin) -> Statement:
    """A record's statement of the date of birth."""
    return Statement(born, origin, exact=not estimated)


def believed_birth(statements: Iterable[Statement]) -> tuple[str | None, bool]:
    """The date of birth to believe, an ISO date or None, and whether it is estimated."""
    known = _with_value(statements)
    if len({each.value for each in known}) == 1:  # nothing to weigh, as a rule
        return str(known[0].value), not any(each.exact for each in known)
    held = weigh(BIRTH, known)
    return (str(held[0].value), not held[0].exact) if held else (None, False)


def believed_authority(statements: Iterable[Statement]) -> str | None:
    """The ONS code of the local authority that the child is believed to live in."""
    known = _with_value(statements)
    return _agreed(known) or _first_value(_weigh_authorities(known))


def authorities(statements: Iterable[Statement]) -> Sequence[str]:
    """Every local authority that the child may live in, the one to believe first."""
    return [str(held.value) for held in _weigh_authorities(statements)]


def vouched_authority(statements: Iterable[Statement]) -> str | None:
    """The authority from which rights may follow: the first that a local authority, or two agencies, report."""
    known = _with_value(statements)
    if agreed := _agreed(known):
        agencies = len({each.origin.source for each in _counted(AUTHORITY, known)})
        return agreed if _vouches(agencies, known) else None
    weighed = _weigh_authorities(known)
    return next((str(held.value) for held in weighed if _vouches(held.agencies, held.statements)), None)


def _vouches(agencies: int, statements: Iterable[Statement]) -> bool:
    """Whether so many agencies, or one of those that make the statements, vouch for an authority."""
    return agencies > 1 or any(each.origin.kind == _LOCAL_AUTHORITY for each in statements)


_LOCAL_AUTHORITY = str(_Kind.LOCAL_AUTHORITY)


def _with_value(statements: Iterable[Statement]) -> list[Statement]:
    return [each for each in statements if each.value is not None]


def _agreed(statements: Sequence[Statement]) -> str | None:
    """The value where all statements agree, as nearly always: then there is nothing to weigh."""
    values = {each.value for each in statements}
    return str(values.pop()) if len(values) == 1 else None


def _first_value(held: Sequence[HeldValue]) -> str | None:
    return str(held[0].value) if held else None


def _weigh_authorities(statements: Iterable[Statement]) -> list[HeldValue]:
    """The authorities that records report, the one to believe first.

    All codes that an authority has had count as one value. It is given by the code that would be believed first.
    """
    known = _with_value(statements)
    held = weigh(AUTHORITY, known)
    code_of = {place_now(str(each.value)): each.value for each in reversed(held)}
    if len(code_of) == len(held):
        return held
    return weigh(AUTHORITY, (each._replace(value=code_of[place_now(str(each.value))]) for each in known))


class ReportedIdentity(NamedTuple):
    """The identity that one record reports: None where it reports nothing, `aside` where the record is set aside.

    `written` is the given and family name as the record has them.
    """

    origin: Origin
    aside: bool
    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None
    written: tuple[str, str]


class BelievedIdentity(NamedTuple):
    """A child's identity as believed from its records; `named_by` is the stream of the record whose name it is."""

    named_by: str | None
    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None


NOBODY = BelievedIdentity(None, None, None, False, None)
"""The identity of a child of whom no record reports anything."""


def believed_identity(records: Iterable[ReportedIdentity]) -> BelievedIdentity:
    """The identity in an entry composed of these records."""
    believed = believed_records(list(records), lambda record: record.aside)
    by_stream = {record.origin.stream: record for record in believed}
    names = weigh(NAME, map(_name_statement, believed))
    born, estimated = believed_birth(
        birth_statement(each.date_of_birth, each.estimated, each.origin) for each in believed
    )
    genders = [Statement(each.gender, each.origin) for each in believed if each.gender is not None]
    named_by = names[0].first.stream if names else None
    return BelievedIdentity(
        named_by,
        by_stream[named_by].name if named_by else None,
        born,
        estimated,
        _agreed(genders) or _first_value(weigh(GENDER, genders)),
    )


def _name_statement(record: ReportedIdentity) -> Statement:
    value, known_parts = comparable_name(*(record.name or ("", "")))
    return Statement(value, record.origin, completeness=known_parts, written=record.written)
