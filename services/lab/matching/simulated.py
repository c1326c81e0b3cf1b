"""A corpus of simulated children, with a chosen amount of noise."""

from services.lab.matching.corpus import Corpus, ReportedRecord
from services.lab.matching.feed_folder import DESCRIBES
from services.lab.simulate.population import people
from services.lab.simulate.submissions import sent_for

DISTINGUISHING = ("carers", "gender", "nhs_number", "upn")
"""Fields that many agencies lack; without them siblings and namesakes are hard to distinguish."""


def simulated(children: int, seed: int, noise: int, *, bare: bool = False) -> Corpus:
    """The records of so many fictional children, in order of time; `bare` ones lack the fields DISTINGUISHING."""
    reported: list[ReportedRecord] = []
    hard: list[tuple[str, str]] = []
    for person in people(children, seed, noise):
        if person.look_alike is not None:
            hard.append((str(person.look_alike), str(person.number)))
        for each in (each for record in person.records for each in sent_for(record)):
            if each.type in DESCRIBES:
                kept = {name: value for name, value in each.data.items() if not bare or name not in DISTINGUISHING}
                record = f"{each.agency.source} {each.subject}"
                reported.append(
                    ReportedRecord(
                        record, str(person.number), f"{each.on.isoformat()}T09:00:00Z", kept, each.agency.source
                    )
                )
    reported.sort(key=lambda each: each.time)
    what = ", names, birthdays and homes only" if bare else ""
    return Corpus(f"{children:,} simulated children, noise {noise}{what}", reported, hard)
