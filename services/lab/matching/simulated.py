"""Made-up children, with as much noise as one likes, as a corpus."""

from services.lab.matching.corpus import Corpus, ReportedRecord
from services.lab.matching.feed_folder import DESCRIBES
from services.lab.simulate.population import people
from services.lab.simulate.submissions import sent_for

TELLING = ("carers", "gender", "nhs_number", "upn")
"""What many agencies don't know; without it siblings and strangers of one name are hard to tell apart."""


def simulated(children: int, seed: int, noise: int, *, bare: bool = False) -> Corpus:
    """The records of so many fictional children, in order of time; `bare` ones tell nothing of TELLING."""
    said: list[ReportedRecord] = []
    hard: list[tuple[str, str]] = []
    for person in people(children, seed, noise):
        if person.look_alike is not None:
            hard.append((str(person.look_alike), str(person.number)))
        for each in (each for record in person.records for each in sent_for(record)):
            if each.type in DESCRIBES:
                kept = {name: value for name, value in each.data.items() if not bare or name not in TELLING}
                record = f"{each.agency.source} {each.subject}"
                said.append(
                    ReportedRecord(
                        record, str(person.number), f"{each.on.isoformat()}T09:00:00Z", kept, each.agency.source
                    )
                )
    said.sort(key=lambda each: each.time)
    what = ", names, birthdays and homes only" if bare else ""
    return Corpus(f"{children:,} simulated children, noise {noise}{what}", said, hard)
