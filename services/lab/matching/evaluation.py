"""What `contactpoint identity evaluate` runs the matcher over."""

from collections.abc import Iterator
from pathlib import Path

from services.lab.matching.city import city
from services.lab.matching.corpus import Corpus, CorpusAway
from services.lab.matching.corrupted import corrupted
from services.lab.matching.febrl import SETS, febrl
from services.lab.matching.feed_folder import corpus_with_truth
from services.lab.matching.historical import historical
from services.lab.matching.simulated import simulated

COUNTY, POPULATION, FAMILIES, CITY, PERSONS = 1_000, 3_000, 1_500, 1_500, 300
"""Children in the county that stands in where no feeds are named, and in the populations with harder noise; families
whose records are much corrupted; children of one city; historical persons.
"""
SEED = 2_008
NOISES = (1, 5)


def corpora(feeds: Path | None) -> Iterator[Corpus]:
    """The feeds' records, or those of a made-up county; harder populations; the public data sets that are installed.

    Raises CorpusAway where the feeds can't be judged.
    """
    if feeds:
        yield corpus_with_truth(feeds)
    else:
        yield simulated(COUNTY, SEED, 1)._replace(name=f"county of {COUNTY:,} children")
    for noise in NOISES:
        yield simulated(POPULATION, SEED + noise, noise)
    yield simulated(POPULATION, SEED + NOISES[-1], NOISES[-1], bare=True)
    yield corrupted(FAMILIES, SEED)
    yield city(CITY, SEED)
    yield historical(PERSONS, SEED)
    if not missing():
        yield from map(febrl, SETS)


def missing() -> str:
    """What is left out because it is not installed, in one sentence; empty where nothing is."""
    try:
        febrl(SETS[0])
    except CorpusAway as error:
        return str(error)
    return ""
