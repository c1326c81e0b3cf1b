"""`contactpoint submit`: files of submissions to Kafka, and what became of them."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from services.cli.errors import DONE, NO, AnswerIsNo, PartAway, WrongUsage
from services.cli.output import print_json
from services.cli.parser import a_file
from services.cli.progress import counting
from services.cli.stack import settings_of
from services.cli.verbs import _dry_run_compared as compared
from services.cli.verbs import _submit_extract as submit_extract
from services.cli.verbs._dry_run import run_dry
from services.cli.verbs._submit_counts import in_words, is_failure, outcomes_of
from services.configuration.settings import Settings
from services.queries.belonging import refuse_other_kafka
from services.registers import enrol, load_agencies, read_agencies_file
from services.submit.files import check_files, read_lines
from services.submit.route import route
from services.submit.sender import Ranges, Sender, submission_producer
from services.submit.table import BadTable
from streams.kafka.settings import KafkaAway
from streams.store.database import Database


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments: the files, their agencies, and whether to wait."""
    parser.add_argument("files", nargs="+", type=a_file, metavar="FILE", help="NDJSON, one submission a line; or .csv")
    parser.add_argument("--agencies", type=a_file, metavar="FILE", help="add or replace these agencies first")
    parser.add_argument("--wait", action="store_true", help="until all is answered and the views hold it")
    parser.add_argument("--dry-run", action="store_true", help="send nothing; tell what would become of each line")
    compared.describe(parser)
    submit_extract.describe(parser)


def run(args: Namespace) -> int:
    """Sends, and prints how many had which outcome; something refused or invalid is exit status 1."""
    compared.check(args)
    if submit_extract.is_meant(args):
        return submit_extract.run(args)
    try:
        check_files(args.files)
        if args.compare:
            return compared.run_compared(args)
        agencies = read_agencies_file(args.agencies) if args.agencies else []
        settings = settings_of(args)
        if args.dry_run:
            return run_dry(settings, args.files, agencies, as_json=args.json)
        with closing(Database(settings.need_database(), "contactpoint submit")) as database:
            refuse_other_kafka(settings.need_kafka(), database)
            if agencies:
                enrol(settings.need_kafka(), settings.need_database(), agencies)
            with database.transaction() as cursor:
                known = load_agencies(cursor)
            ranges = _send(settings, args.files, known)
            counts = outcomes_of(database, ranges, args.wait)
    except BadTable as bad:
        raise WrongUsage(str(bad)) from None
    if args.json:
        print_json(counts)
    else:
        print(in_words(counts))
    return NO if is_failure(counts) else DONE


def _send(settings: Settings, files: list[Path], agencies: Mapping[str, object]) -> Ranges:
    producer = submission_producer(settings.need_kafka())
    sender = Sender(producer)
    try:
        with counting("sent") as count:
            for path in files:
                for line in read_lines(path):
                    sender.send(*route(line.value, agencies), line)
                    count(sender.sent)
            return sender.finish()
    except KafkaAway as away:
        message = (
            f"{away}, with {sender.sent:,} submissions taken; send the files again: what it has is answered `duplicate`"
        )
        raise PartAway(message) from None
    except OSError as error:
        raise AnswerIsNo(f"{error.filename}: {error.strerror}") from None
    finally:
        producer.close(timeout=5)
