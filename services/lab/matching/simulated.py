"""A corpus of simulated children, with a chosen amount of noise."""

from collections.abc import Iterator

from services.lab.matching.corpus import Corpus, ReportedRecord
from services.lab.matching.feed_folder import DESCRIBES
from services.lab.simulate.model import Person
from services.lab.simulate.population import people
from services.lab.simulate.submissions import Sent, sent_for

DISTINGUISHING = ("carers", "gender", "nhs_number", "upn")
"""Fields that many agencies lack; without them siblings and namesakes are hard to distinguish."""


def simulated(children: int, seed: int, noise: int, *, bare: bool = False) -> Corpus:
    """The records of so many fictional children, in order of time; `bare` ones lack the fields DISTINGUISHING."""
    reported: list[ReportedRecord] = []
    hard: list[tuple[str, str]] = []
    for person in people(children, seed, noise):
        if person.look_alike is not None:
            hard.append((str(person.look_alike), str(person.number)))
        sent = (each for record in person.records for each in sent_for(record))
        reported += [_reported(person, each, bare) for each in sent if each.type in DESCRIBES]
    reported.sort(key=lambda each: each.time)
    what = ", names, birthdays and homes only" if bare else ""
    return Corpus(f"{children:,} simulated children, noise {noise}{what}", reported, hard)


def first_reports(person: Person, *, bare: bool) -> Iterator[ReportedRecord]:
    """What each agency reports of a child when it registers it."""
    for record in person.records:
        yield _reported(person, next(sent_for(record)), bare)


def _reported(person: Person, sent: Sent, bare: bool) -> ReportedRecord:
    kept = {name: value for name, value in sent.data.items() if not bare or name not in DISTINGUISHING}
    record, time = f"{sent.agency.source} {sent.subject}", f"{sent.on.isoformat()}T09:00:00Z"
    return ReportedRecord(record, str(person.number), time, kept, sent.agency.source)
