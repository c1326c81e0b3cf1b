"""Simulated people as facts of chronologies, without a registrar and views in between."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from domain.timeline import Fact, FactKind
from domain.timeline.changes import CHILD_GONE
from domain.vocabulary import RESTRICTED_SOURCE
from services.lab.simulate.agencies import AGENCIES
from services.lab.simulate.model import Person, Record
from services.lab.simulate.population import people
from services.lab.simulate.submissions import Sent, sent_for

KINDS = {agency.source: agency.kind for agency in AGENCIES}
"""Source → kind of agency, as the agency register has it."""

Chronology = tuple[str, list[Fact]]

_OF_TYPE = {
    "child.registered": FactKind.REGISTERED,
    "child.amended": FactKind.AMENDED,
    "child.deregistered": FactKind.DEREGISTERED,
    "involvement.started": FactKind.STARTED,
    "involvement.ended": FactKind.ENDED,
    "flag.raised": FactKind.RAISED,
    "flag.lowered": FactKind.LOWERED,
}


@cache
def simulated(children: int, seed: int = 7) -> tuple[Chronology, ...]:
    """The chronologies of a population, each child's facts in order of stream and version."""
    return tuple((f"child-{person.number:06}", facts_of(person)) for person in people(children, seed))


def facts_of(person: Person) -> list[Fact]:
    """All that agencies send about a person, as its chronology would have it."""
    facts = [fact for record in person.records for fact in _of_record(person.number, record)]
    return sorted(facts, key=lambda fact: (fact.stream, fact.version))


def _of_record(number: int, record: Record) -> Iterator[Fact]:
    stream = f"{number:06}/{record.agency.code}/{record.subject}"
    numbers: dict[str, int] = {}
    for version, sent in enumerate(sorted(sent_for(record), key=lambda sent: sent.on), 1):
        kind = _OF_TYPE[sent.type]
        restricted = record.agency.kind == "sensitive-service"
        if restricted and kind not in (FactKind.REGISTERED, FactKind.AMENDED):
            continue
        source = RESTRICTED_SOURCE if restricted else record.agency.source
        stated = (None, None, None) if restricted else _stated(sent.data)
        named = numbers.setdefault(sent.data.get("involvement") or sent.data.get("flag") or "", len(numbers) + 1)
        yield Fact(stream, version, kind, named, sent.on.isoformat(), _time(sent), source, *stated)


def _stated(data: dict[str, Any]) -> tuple[str | None, str | None, bool | None]:
    """Word, place, and whether it is sure."""
    if "service" in data:
        return data["service"], data["organisation"].get("code"), data["lead_professional"]
    if "flag" in data:
        return data["flag"], None, bool((data.get("contact") or {}).get("phone"))
    if "reason" in data:
        return data["reason"] if data["reason"] in CHILD_GONE else "other", None, None
    return data.get("date_of_birth"), (data.get("address") or {}).get("authority"), True


def _time(sent: Sent) -> str:
    return f"{sent.on.isoformat()}T09:00:00.000000Z"
