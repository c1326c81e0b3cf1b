"""`contactpoint submit FILE --layout NAME`: an extract of an agency's system, or a preview of what would be sent."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from domain.days import day_at
from domain.vocabulary import agency_urn
from services.cli.display.preview import show_preview
from services.cli.errors import DONE, NO, AnswerIsNo, PartAway, WrongUsage
from services.cli.output import print_json
from services.cli.parser import a_date, an_agency
from services.cli.progress import counting
from services.cli.stack import settings_of
from services.cli.verbs._send_extract import SEALS, send_extract
from services.configuration.settings import NotConfigured
from services.feeds.extract import survey
from services.feeds.layout import Layout
from services.feeds.layout_file import LayoutRefused, load_layout
from services.feeds.preview import preview
from services.feeds.reading import FileRefused
from services.feeds.sent_before import sent_before
from services.feeds.sheet import StatedExtract
from services.feeds.tally import Compare
from services.registers import ExtractRefused, load_agencies
from streams.clock import utc_now
from streams.store.database import Database, DatabaseAway


def describe(parser: ArgumentParser) -> None:
    """Adds the options for an extract."""
    of_extract = parser.add_argument_group("an extract of a system, as CSV (`contactpoint layouts list`)")
    of_extract.add_argument("--layout", metavar="NAME|PATH", help="the layout that reads it; then give one FILE")
    of_extract.add_argument("--agency", type=an_agency, metavar="CODE", help="the agency whose system it is")
    of_extract.add_argument("--preview", action="store_true", help="send nothing; show what would be sent, and errors")
    of_extract.add_argument("--extract", metavar="ID", help="the extract's own id, where the file does not tell it")
    of_extract.add_argument("--taken-on", type=a_date, metavar="DATE", help="its day, where the file does not tell it")
    of_extract.add_argument("--rows", type=_a_number, metavar="N", help="how many rows were promised")
    of_extract.add_argument("--older-too", action="store_true", help="send it even if a later one was sent")


def is_meant(args: Namespace) -> bool:
    """Whether a file is to be read by a layout; raises WrongUsage for options that need one."""
    if args.layout is not None:
        if len(args.files) != 1 or args.agency is None:
            raise WrongUsage("with --layout give one FILE, and --agency CODE of the agency whose system it is")
        if args.dry_run:
            raise WrongUsage("--dry-run is for submissions; what would be sent of an extract is shown by --preview")
        return True
    if args.agency or args.preview or args.extract or args.taken_on or args.rows is not None or args.older_too:
        raise WrongUsage("--agency, --preview, --extract, --taken-on, --rows and --older-too need --layout NAME|PATH")
    return False


def run(args: Namespace) -> int:
    """Previews or sends the extract; a row in error, or one refused or invalid, is exit status 1."""
    latest = day_at(utc_now()) + timedelta(days=1)
    (path,) = args.files
    try:
        loaded = load_layout(args.layout)
        with counting("checked") as count:
            stated = StatedExtract(args.extract, args.taken_on, args.rows)
            extract = survey(path, loaded.layout, stated, latest, count)
        if not args.preview:
            return send_extract(args, path, loaded, extract, latest)
        with counting("read", extract.rows) as count, _compared(args, loaded.layout) as compare:
            shown = preview(path, loaded.layout, args.agency, extract, latest, compare, count)
    except LayoutRefused as refused:
        raise WrongUsage(str(refused)) from None
    except (FileRefused, ExtractRefused) as refused:
        raise AnswerIsNo(str(refused)) from None
    if args.json:
        print_json(shown)
    else:
        show_preview(shown)
    return NO if shown["rows_in_error"] else DONE


@contextmanager
def _compared(args: Namespace, layout: Layout) -> Iterator[Compare | None]:
    """Compares with what the agency has sent to the stack that is configured or runs here; None where there is none."""
    try:
        settings = settings_of(args)
        database = Database(settings.need_database(), "contactpoint submit")
        with closing(database), database.transaction() as cursor:
            is_registered = args.agency in load_agencies(cursor)
    except (NotConfigured, PartAway, DatabaseAway):
        is_registered = False
    if not is_registered or not (settings.keys / SEALS).is_file():
        yield None
        return
    with sent_before(
        settings.need_database(), settings.keys / SEALS, agency_urn(args.agency), layout.subject
    ) as before:
        yield before.errors


def _a_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)
