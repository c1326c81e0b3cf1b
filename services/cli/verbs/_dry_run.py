"""`contactpoint submit --dry-run`: what would become of each line, with nothing sent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from domain.agency import Agency
from services.cli.errors import DONE, NO, WrongUsage
from services.cli.output import plain, print_json
from services.cli.verbs._submit_counts import OUTCOMES, in_words, is_failure
from services.configuration.settings import Settings
from services.registers import load_agencies
from services.registrar.batch import Message
from services.registrar.dry_run import dry_run
from services.registrar.receipts import Answer
from services.submission_contract.submission import MAX_BYTES
from services.submit.files import Line, read_lines
from services.submit.route import route
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.database import Database

MOST_LINES = 50_000
"""All lines are decided together, in memory."""


class Place(NamedTuple):
    """The place of a submission: its file, and its number among the file's submissions, from 1."""

    file: str
    number: int


def run_dry(settings: Settings, files: Sequence[Path], agencies: Sequence[Agency], *, as_json: bool) -> int:
    """Prints the outcome of each line as if it were sent; one that would be refused or invalid is exit status 1.

    `agencies` are taken for registered.
    """
    with (
        closing(Database(settings.need_database(), "contactpoint submit")) as database,
        database.transaction() as cursor,
    ):
        known = load_agencies(cursor) | {agency.code: agency for agency in agencies}
    lines = list(islice(lines_of(files), MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        raise WrongUsage(f"a dry run takes at most {MOST_LINES:,} lines at once; give it part of the file")
    key = KeyEncryptionKey.from_file(settings.keys / "key-encryption.key")
    messages = [_message(offset, line, known) for offset, (_, line) in enumerate(lines)]
    answers = dry_run(settings.need_database(), key, messages)
    found = Counter(answer.outcome for answer in answers)
    counts = {"submitted": 0} | {outcome: found[outcome] for outcome in OUTCOMES}
    outcomes = [_outcome(place, answer) for (place, _), answer in zip(lines, answers, strict=True)]
    if as_json:
        print_json({"dry_run": True} | counts | {"lines": outcomes})
    else:
        show_outcomes(counts, outcomes)
    return NO if is_failure(counts) else DONE


def lines_of(files: Sequence[Path]) -> Iterator[tuple[Place, Line]]:
    """The lines of the files, one file after the other."""
    for path in files:
        for number, line in enumerate(read_lines(path), 1):
            yield Place(path.name, number), line


def _message(offset: int, line: Line, known: Mapping[str, Agency]) -> Message:
    topic, _ = route(line.value, known)
    return Message(topic, 0, offset, line.value, known.get(topic.partition(".")[2]), line.size > MAX_BYTES)


def _outcome(place: Place, answer: Answer) -> dict[str, Any]:
    """What the receipt would have."""
    return place._asdict() | {
        "source": answer.source,
        "submission": answer.submission,
        "outcome": answer.outcome,
        "reasons": list(answer.reasons),
    }


def show_outcomes(counts: Mapping[str, int], outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Prints how many would have which outcome, and the reasons of those that would not be taken."""
    print(f"Nothing was sent. It would be: {in_words({name: counts[name] for name in OUTCOMES}) or 'nothing'}")
    for line in outcomes:
        for reason in line["reasons"]:
            field = f", {reason['field']}" if reason["field"] else ""
            where = f"{line['file']}, submission {line['number']}{field}"
            print(plain(f"{where}: {line['outcome']} ({reason['code']}): {reason['message']}"))
