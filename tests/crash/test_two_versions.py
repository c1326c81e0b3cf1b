"""Two versions of the views stand beside each other while writing goes on; each reader gets whole ones of its own."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest

from projections.engine import schema
from projections.engine.digest import digest
from projections.engine.live_schema import ViewsNotBuilt, use_live
from tests.support.projector_stage import Stage, add_records
from tests.support.projectors import Projector
from tests.support.waiting import eventually

NEW = 4_711
"""The ROWS of the other version."""
RECORDS = 40
PAUSE_S = 0.002
"""Between two looks of a reader, so that whom it watches has the processor too."""


def definitions() -> tuple[str, str]:
    """That of this version, and that of the other one."""
    with pytest.MonkeyPatch.context() as patch:
        old = schema.definition()
        patch.setattr(schema, "ROWS", NEW)
        return old, schema.definition()


OLD_VIEWS, NEW_VIEWS = definitions()


class Reader(threading.Thread):
    """Reads how many links views of a definition hold, again and again, as a client of that version does.

    `wrong` has what may never happen: fewer links than it saw before, or than were settled when it began to read.
    """

    def __init__(self, stage: Stage, of: str, settled: list[int]) -> None:
        super().__init__()
        self._url, self._of, self._settled = stage.url, of, settled
        self.stop = threading.Event()
        self.wrong: list[str] = []
        self.answers = self.refusals = 0

    def run(self) -> None:
        with closing(psycopg2.connect(self._url)) as connection:
            connection.set_session(isolation_level="REPEATABLE READ")
            seen = 0
            while not self.stop.wait(PAUSE_S):
                least = max(seen, self._settled[-1])
                try:
                    with connection, connection.cursor() as cursor:
                        use_live(cursor, self._of)
                        cursor.execute("select count(*) from link")
                        ((seen,),) = cursor.fetchall()
                except ViewsNotBuilt:
                    self.refusals += 1
                    continue
                except Exception as error:
                    self.wrong.append(repr(error))
                    return
                self.answers += 1
                if seen < least:
                    self.wrong.append(f"{seen} links after {least}")


@contextmanager
def reading(*readers: Reader) -> Iterator[None]:
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        for reader in readers:
            reader.stop.set()
            reader.join()


def name_of(stage: Stage, of: str) -> str | None:
    """The live schema of a definition."""
    found = stage.rows("select name from projection.schemas where definition = %s and state = 'live'", of)
    return str(found[0][0]) if found else None


def offsets(stage: Stage, of: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(stage.url)) as connection, connection.cursor() as cursor:
        use_live(cursor, of)
        cursor.execute("select topic, partition, next_offset from positions where next_offset > 0 order by 1, 2")
        return cursor.fetchall()


def digest_of(stage: Stage, of: str) -> str:
    with closing(psycopg2.connect(stage.url)) as connection, connection.cursor() as cursor:
        return digest(cursor, use_live(cursor, of))


def publish_more(stage: Stage) -> None:
    add_records(stage.story, RECORDS)
    stage.publish()


def test_an_upgrade_while_writing_goes_on_gives_no_wrong_and_no_missing_answer(stage: Stage) -> None:
    old = Projector(stage)
    publish_more(stage)
    stage.settle()
    ((links,),) = stage.rows("select count(*) from link")
    settled = [links]
    old_reader, new_reader = Reader(stage, OLD_VIEWS, settled), Reader(stage, NEW_VIEWS, settled)
    with reading(old_reader, new_reader):
        eventually(lambda: old_reader.answers > 20 and new_reader.refusals > 20)
        new = Projector(stage, rows=NEW)
        while name_of(stage, NEW_VIEWS) is None:
            publish_more(stage)
            stage.settle()
        publish_more(stage)
        stage.settle()
        eventually(lambda: offsets(stage, OLD_VIEWS) == offsets(stage, NEW_VIEWS))
        assert digest_of(stage, OLD_VIEWS) == digest_of(stage, NEW_VIEWS)
        settled += stage.rows("select count(*) from link")[0]
        answers = old_reader.answers, new_reader.answers
        eventually(lambda: old_reader.answers > answers[0] + 20 and new_reader.answers > answers[1] + 20)
        leaving = name_of(stage, OLD_VIEWS)
        old.kill()
        assert name_of(stage, OLD_VIEWS) == leaving, "a reader has it still"
    assert old_reader.wrong == new_reader.wrong == []
    assert old_reader.refusals == 0
    stage.database.close()
    watching = psycopg2.connect(stage.url)
    watching.autocommit = True
    with closing(watching), watching.cursor() as cursor:

        def is_gone() -> bool:
            cursor.execute("select count(*) from pg_namespace where nspname = %s", (leaving,))
            return cursor.fetchone() == (0,)

        eventually(is_gone)
    new.kill()
