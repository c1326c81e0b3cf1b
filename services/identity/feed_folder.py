"""A folder of feeds with the truth behind them, as `contactpoint simulate` writes it."""

import json
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from services.identity.corpus import Corpus, CorpusAway, Said
from services.registrar.reading import Valid, read

DESCRIBES = ("child.registered", "child.amended")
"""The submissions that say who a child is."""


def told(folder: Path) -> Corpus:
    """What the feeds of a folder say of the people in its truth.json, in order of time; raises CorpusAway."""
    truth = folder / "truth.json"
    try:
        stated = json.loads(truth.read_bytes())
        person_of = {f"{source} {number}": p["person"] for p in stated["people"] for source, number in p["records"]}
        hard = [(one, other) for one, other in stated["pairs_hard_negative"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        how = "`contactpoint simulate` writes feeds that have it"
        raise CorpusAway(f"{truth} is not there or does not say who is who; {how}") from None
    said = [
        Said(record, person_of[record], time, data) for record, time, data in _described(folder) if record in person_of
    ]
    return Corpus(folder.name, said, hard)


def untold(folder: Path) -> Corpus:
    """What the feeds of a folder say, without the truth: every record is a person of its own; raises CorpusAway."""
    return Corpus(folder.name, [Said(record, record, time, data) for record, time, data in _described(folder)], [])


def _described(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Record, time and particulars, in order of time."""
    described = [each for file in sorted(folder.glob("*.ndjson")) for each in _lines(file)]
    if not described:
        raise CorpusAway(f"the folder {folder} has no feed (*.ndjson) in which a child is registered")
    return sorted(described, key=itemgetter(1))


def _lines(file: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The submissions of a file that describe a child and that a registrar would not answer `invalid`."""
    with file.open("rb") as lines:
        for line in lines:
            found = read(line.rstrip(b"\n"))
            if isinstance(found, Valid) and found.type in DESCRIBES:
                yield f"{found.source} {found.subject}", found.time, found.data
