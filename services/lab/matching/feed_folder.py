"""A folder of feeds with the truth behind them, as `contactpoint simulate` writes it."""

import json
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any
from zlib import crc32

from domain.source_record import Command
from services.lab.matching.corpus import Corpus, CorpusAway, ReportedRecord
from services.submission_contract.reading import read

MOST_RECORDS = 200_000
"""Records that are held in memory to learn from."""

DESCRIBES = ("child.registered", "child.amended")
"""The types of submission that describe a child."""


def corpus_with_truth(folder: Path) -> Corpus:
    """The reports in the feeds of a folder about the persons in its truth.json, in order of time; raises CorpusAway."""
    truth = folder / "truth.json"
    try:
        stated = json.loads(truth.read_bytes())
        person_of = {f"{source} {number}": p["person"] for p in stated["people"] for source, number in p["records"]}
        hard = [(one, other) for one, other in stated["pairs_hard_negative"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        how = "`contactpoint simulate` writes feeds that have it"
        raise CorpusAway(f"{truth} is not there or does not say who is who; {how}") from None
    reported = [
        ReportedRecord(record, person_of[record], time, data, record.partition(" ")[0])
        for record, time, data in _described(folder)
        if record in person_of
    ]
    return Corpus(folder.name, reported, hard)


def corpus_without_truth(folder: Path, most: int = MOST_RECORDS) -> Corpus:
    """The reports in the feeds of a folder without the truth: every record is its own person; raises CorpusAway.

    Of more than `most` records about so many are kept, always the same ones and each with all its reports.
    """
    share = min(1.0, most / max(1, sum(map(_registered, folder.glob("*.ndjson")))))
    reported = [
        ReportedRecord(record, record, time, data, record.partition(" ")[0])
        for record, time, data in _described(folder, share)
    ]
    return Corpus(folder.name, reported, [])


def _registered(file: Path) -> int:
    """How many records a file opens, about."""
    with file.open("rb") as lines:
        return sum(b'"child.registered"' in line for line in lines)


def _described(folder: Path, share: float = 1.0) -> list[tuple[str, str, dict[str, Any]]]:
    """Record, time and particulars, in order of time, of a share of the records."""
    files = sorted(folder.glob("*.ndjson"))
    described = [each for file in files for each in _lines(file) if crc32(each[0].encode()) < share * 2**32]
    if not described:
        raise CorpusAway(f"the folder {folder} has no feed (*.ndjson) in which a child is registered")
    return sorted(described, key=itemgetter(1))


def _lines(file: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The submissions of a file that describe a child and that a registrar would not answer `invalid`."""
    with file.open("rb") as lines:
        for line in lines:
            found = read(line.rstrip(b"\n"))
            if isinstance(found, Command) and found.type in DESCRIBES:
                yield f"{found.source} {found.subject}", found.time, found.data
