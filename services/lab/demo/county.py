"""The county's feeds on their way into the directory, with progress."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.configuration.settings import Settings
from services.lab.simulate.feeds import write_feeds
from services.registers import enrol, load_agencies, read_agencies_file
from services.submit.files import Line, read_lines
from services.submit.route import route
from services.submit.sender import Ranges, Sender, submission_producer
from services.submit.waiting import wait_until_processed
from streams.store.database import Database

CHILDREN, SEED = 300, 2008
UNREADABLE = b'{"specversion": "1.0", "id": "a-line-that-breaks-off'


def load_county(to: Console, settings: Settings) -> dict[str, Any]:
    """Writes the feeds, sends all of them and waits for the views; gives the outcomes and the truth of the memo's case.

    Raises KafkaAway, DatabaseAway, Stuck.
    """
    with _own_folder(settings.data / "demo-feeds") as out:
        with _progress(to, "Writing the feeds of a fictional county", CHILDREN) as done:
            counts = write_feeds(CHILDREN, SEED, out, lambda children, _: done(children))
        enrol(settings.need_kafka(), settings.need_database(), read_agencies_file(out / "agencies.yaml"))
        files = sorted([*out.glob("*.ndjson"), *(out / "memo").glob("*.ndjson")])
        with closing(Database(settings.need_database(), "contactpoint demo")) as database:
            ranges = _send(to, settings, database, files)
            sent = sum(last - first + 1 for runs in ranges.values() for first, last in runs)
            with _progress(to, "Becoming events, directory entries and an audit trail", sent) as done:
                outcomes = wait_until_processed(database, ranges, done)
        truth = orjson.loads((out / "memo" / "truth.json").read_bytes())
    return {"children": counts.children, "files": len(files), "sent": sent, "outcomes": outcomes, "memo": truth}


@contextmanager
def _own_folder(folder: Path) -> Iterator[Path]:
    """A folder of the stack's, gone at the end; what a demonstration that was killed has left is removed first."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def send_unreadable(settings: Settings) -> str:
    """Sends a line that is not JSON and waits for its receipt; gives the reference of its message."""
    with closing(Database(settings.need_database(), "contactpoint demo")) as database, _sender(settings) as sender:
        sender.send(*route(UNREADABLE, ()), Line(UNREADABLE, len(UNREADABLE)))
        ranges = sender.finish()
        wait_until_processed(database, ranges)
    (((topic, partition), runs),) = ranges.items()
    return f"{topic}/{partition}/{runs[0][0]}"


def _send(to: Console, settings: Settings, database: Database, files: list[Path]) -> Ranges:
    with database.transaction() as cursor:
        agencies = load_agencies(cursor)
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    with _sender(settings) as sender, _progress(to, f"Submitting {len(files)} agencies' files to Kafka", lines) as done:
        for path in files:
            for line in read_lines(path):
                sender.send(*route(line.value, agencies), line)
                done(sender.sent)
        ranges = sender.finish()
        done(sender.sent)
    return ranges


@contextmanager
def _sender(settings: Settings) -> Iterator[Sender]:
    producer = submission_producer(settings.need_kafka())
    try:
        yield Sender(producer)
    finally:
        producer.close(timeout=5)


@contextmanager
def _progress(to: Console, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, which stays; elsewhere one line once it is done."""
    if not to.is_terminal:
        yield lambda _: None
        to.print(f"{what}: {total:,}")
        return
    columns = (TextColumn("{task.description:<56}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=to) as progress:
        task = progress.add_task(what, total=total)
        yield lambda number: progress.update(task, completed=number)
        progress.update(task, completed=total)
