"""Sends an extract: checks who sends it and whether it may be sent, sends the valid rows, reports their outcomes."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from domain.agency import Agency
from services.cli.errors import DONE, NO, AnswerIsNo, PartAway
from services.cli.output import plain, print_json
from services.cli.progress import counting
from services.cli.stack import settings_of
from services.cli.verbs._submit_counts import in_words, is_failure, outcomes_of
from services.configuration.settings import NotConfigured, Settings
from services.feeds.convert import Converted, Converter
from services.feeds.extract import Extract, Report, digest_of
from services.feeds.layout import Layout
from services.feeds.layout_file import LoadedLayout
from services.feeds.preview import counts, error_document, sentence
from services.feeds.reading import FileRefused
from services.feeds.record_status import RecordStatus, wait_until_decided
from services.feeds.send import send_rows
from services.feeds.sent_before import sent_before
from services.feeds.tally import Tally, converted_rows
from services.registers import (
    SentExtract,
    begin_extract,
    complete_extract,
    enrol,
    load_agencies,
    read_agencies_file,
)
from services.submit.sender import Ranges, Sender, submission_producer
from streams.kafka.settings import KafkaAway
from streams.store.database import Database

SEALS = "key-encryption.key"
MOST_ERRORS = 20
"""Errors of rows that are listed for people; the rest is counted."""


def send_extract(args: Namespace, path: Path, loaded: LoadedLayout, extract: Extract, latest: date) -> int:
    """Sends the valid rows of the extract, reports the others, and gives the exit status.

    Raises ExtractRefused, Stuck, and FileRefused where the file has changed since it was surveyed.
    """
    settings, layout = settings_of(args), loaded.layout
    agencies = read_agencies_file(args.agencies) if args.agencies else []
    with closing(Database(settings.need_database(), "contactpoint submit")) as database:
        if agencies:
            enrol(settings.need_kafka(), settings.need_database(), agencies)
        agency = _sender(database, args.agency, layout)
        digest = digest_of(path, loaded.text, _secret(settings))
        this = SentExtract(agency.code, layout.layout, extract.id, extract.taken_on, extract.rows, digest)
        before = begin_extract(database, this, older_too=args.older_too)
        wait_until_decided(settings.need_kafka(), database, agency.code)
        tally, converter = Tally(), Converter(layout, agency, extract, latest)

        with sent_before(settings.need_database(), settings.keys / SEALS, agency.urn, layout.subject) as before_this:

            def rows(report: Report) -> Iterator[Converted]:
                found = converted_rows(path, layout, converter, tally, before_this.errors, report)
                return (converted for _, converted in found)

            ranges = _publish(settings, database, agency, rows)
        if digest_of(path, loaded.text, _secret(settings)) != digest:
            raise FileRefused(f"{path.name} was changed while it was sent; put it back as it was and send it again")
        complete_extract(database, this)
        sent = outcomes_of(database, ranges, args.wait)
    if args.json:
        about = {"layout": layout.layout, "extract": extract.id, "extract_was": before}
        errors = {"errors": [error_document(each) for each in tally.errors], "errors_in_all": tally.error_count}
        print_json(sent | about | counts(tally) | errors)
    else:
        print(f"{tally.rows:,} rows, {tally.wrong:,} in error and not sent: {in_words(sent)}")
    _print_errors(tally)
    return NO if tally.wrong or is_failure(sent) else DONE


def _sender(database: Database, code: str, layout: Layout) -> Agency:
    with database.transaction() as cursor:
        known = load_agencies(cursor).get(code)
    if known is None:
        raise AnswerIsNo(f"{code} is not in the agency register; add it with `contactpoint agencies add` or --agencies")
    if known.kind not in layout.sent_by:
        kinds = ", ".join(layout.sent_by)
        raise AnswerIsNo(
            f"{code} is of the kind {known.kind}, and the layout {layout.layout} is for {kinds}; correct one"
        )
    return known


def _secret(settings: Settings) -> bytes:
    """The key of the digests of extracts; it is kept with the other keys and not in the database."""
    file = settings.keys / "extracts.key"
    try:
        return file.read_bytes().strip()
    except FileNotFoundError:
        raise NotConfigured(
            f"{file} is missing; say with CONTACTPOINT_KEYS where the stack's keys are, or make it with"
            " `contactpoint run init`"
        ) from None


def _publish(
    settings: Settings, database: Database, agency: Agency, rows: Callable[[Report], Iterator[Converted]]
) -> Ranges:
    producer = submission_producer(settings.need_kafka())
    sender = Sender(producer)
    try:
        with counting("rows") as count:
            send_rows(sender, agency.code, RecordStatus(database, agency.urn), rows(count))
            return sender.finish()
    except KafkaAway as away:
        message = f"{away}, with {sender.sent:,} submissions taken; send the same file again: it goes on where it was"
        raise PartAway(message) from None
    finally:
        producer.close(timeout=5)


def _print_errors(tally: Tally) -> None:
    for error in tally.errors[:MOST_ERRORS]:
        print(plain(sentence(error)), file=sys.stderr)
    if tally.error_count > MOST_ERRORS:
        print(f"and {tally.error_count - MOST_ERRORS:,} more errors; --preview lists them", file=sys.stderr)
