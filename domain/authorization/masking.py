"""How sensitive services are shown to a reader without clearance: one line for each, with a contact and nothing else.

Such a reader's entry is composed without the records of sensitive agencies, so that they influence neither the values
nor their order; then a line is added for each sensitive service to which there is consent.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from domain.child.composition import Fields, RecordState, authorities_of, may_be_known
from domain.places import place_now
from domain.vocabulary import RESTRICTED_SOURCE, SENSITIVE_SERVICES

WITHOUT_DESK = {"role": "the authority's data managers", "name": None, "phone": None, "email": None}
"""The contact of an authority that has named nobody."""


def is_restricted(record: RecordState | None, clear_sources: Iterable[str]) -> bool:
    """Whether a record is a sensitive agency's: by the clear source of one of its events, or by a sensitive service.

    `record` is None where it can't be decrypted; then only the sources of its events count.
    """
    services = {state.details.get("service") for state in record.involvements.values()} if record else set()
    return RESTRICTED_SOURCE in clear_sources or not SENSITIVE_SERVICES.isdisjoint(services)


def is_withheld(record: RecordState | None, clear_sources: Iterable[str], *, cleared: bool, today: date) -> bool:
    """Whether a reader may learn nothing of a record, not even that there is one.

    A reader without clearance may learn of no sensitive agency's record; nobody may of one without a consent in force
    on that day, for the existence of the record reveals that the service knows the child.
    """
    if not is_restricted(record, clear_sources):
        return False
    if not cleared or record is None:
        return True
    sensitive = [each for each in record.involvements.values() if each.details["service"] in SENSITIVE_SERVICES]
    return not any(may_be_known(each, today) for each in sensitive)


def withheld_involvements(record: RecordState, today: date) -> set[int]:
    """The numbers of a record's sensitive involvements without a consent in force on that day."""
    return {number for number, each in record.involvements.items() if not may_be_known(each, today)}


def restricted_services(records: Iterable[RecordState], today: date) -> int:
    """How many sensitive services work with the child now, with a consent in force on that day."""
    return sum(
        state.details["service"] in SENSITIVE_SERVICES and state.ended_on is None and may_be_known(state, today)
        for record in records
        if not record.removed
        for state in record.involvements.values()
    )


def mask_entry(entry: Fields, records: Iterable[RecordState], restricted: int, desks: Mapping[str, Fields]) -> Fields:
    """An entry composed of `records`, which the reader may see, with a line for each of the `restricted` services.

    `desks` has contacts by the current code of an authority. The contact is that of the first authority, in order of
    belief, that has one, so a single agency can't divert a reader who rings.
    """
    desk = _desk(authorities_of(records), desks) if restricted else WITHOUT_DESK
    lines = [restricted_line(dict(desk)) for _ in range(restricted)]
    current = [each for each in entry["involvements"] if each["ended_on"] is None]
    ended = [each for each in entry["involvements"] if each["ended_on"] is not None]
    return entry | {"involvements": [*current, *lines, *ended]}


def restricted_line(desk: Fields) -> Fields:
    """The line of a service that is not named; the same for every service but for the contact."""
    return {
        "involvement": None,
        "service": None,
        "organisation": {},
        "practitioner": {},
        "lead_professional": False,
        "started_on": None,
        "ended_on": None,
        "source": None,
        "restricted": True,
        "contact": desk,
    }


def _desk(authorities: Iterable[str], desks: Mapping[str, Fields]) -> Fields:
    places = map(place_now, authorities)
    known = (desks[place] for place in places if place and place in desks)
    return dict(next(known, WITHOUT_DESK))


def mask_look(look: Fields, visible: Collection[str]) -> Fields:
    """A look of the access log, reduced to the children that the reader may know of.

    The criteria, the reason in words, and what was left out or masked may reveal a sensitive service.
    """
    children = [child for child in look["children"] if child in visible]
    masked = dict.fromkeys(("asked", "reason", "shown", "hidden", "masked"))
    return {**look, **masked, "children": children, "count": len(children)}
