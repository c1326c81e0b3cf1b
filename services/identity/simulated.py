"""Made-up children, with as much noise as one likes, as a corpus."""

from collections.abc import Collection

from services.identity.corpus import Corpus, Said
from services.identity.feed_folder import DESCRIBES
from services.simulate.population import people
from services.simulate.submissions import sent_for

TELLING = ("carers", "gender", "nhs_number", "upn")
"""What many agencies don't know; without it siblings and strangers of one name are hard to tell apart."""


def simulated(children: int, seed: int, noise: int, without: Collection[str] = ()) -> Corpus:
    """The records of so many fictional children, in order of time; `without` are particulars left out."""
    said: list[Said] = []
    hard: list[tuple[str, str]] = []
    for person in people(children, seed, noise):
        if person.look_alike is not None:
            hard.append((str(person.look_alike), str(person.number)))
        for each in (each for record in person.records for each in sent_for(record)):
            if each.type in DESCRIBES:
                kept = {name: value for name, value in each.data.items() if name not in without}
                record = f"{each.agency.source} {each.subject}"
                said.append(Said(record, str(person.number), f"{each.on.isoformat()}T09:00:00Z", kept))
    said.sort(key=lambda each: each.time)
    bare = ", names, birthdays and homes only" if without else ""
    return Corpus(f"{children:,} simulated children, noise {noise}{bare}", said, hard)
