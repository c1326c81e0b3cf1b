"""Which extract a file is, and whether it is whole: all its rows are counted before anything is sent."""

import hmac
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from services.feeds.layout import Layout
from services.feeds.reading import FileRefused
from services.feeds.sheet import StatedExtract, table_rows

Report = Callable[[int], None]
"""Called with the number of rows that are read so far."""


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}", re.ASCII)


class Extract(NamedTuple):
    """A file that was read whole: what the sending system calls the extract, its day (ISO date), and its rows."""

    id: str
    taken_on: str
    rows: int


def no_report(_: int) -> None:
    """Reports no progress."""


def survey(path: Path, layout: Layout, given: StatedExtract, latest: date, progress: Report = no_report) -> Extract:
    """Reads the whole file; raises FileRefused where it can't be read, is cut off, or is taken after `latest`.

    What is `given` wins over what the file states.
    """
    in_file, found = StatedExtract(), 0
    for _ in table_rows(path, layout, in_file):
        found += 1
        progress(found)
    promised = in_file.rows if given.rows is None else given.rows
    if promised is not None and promised != found:
        raise FileRefused(
            f"{path.name} promises {promised:,} rows and has {found:,}; it was cut off or put together, so nothing"
            " of it was sent: ask for the whole extract"
        )
    if not found and promised is None:
        raise FileRefused(f"{path.name} has headings and no rows; export it again, or say `--rows 0` if that is right")
    return _identified(path.name, given.id or in_file.id, given.taken_on or in_file.taken_on, found, latest)


def digest_of(path: Path, layout_text: str, secret: bytes) -> str:
    """A keyed digest of a file and its layout: the same where an extract is sent again unchanged.

    It is keyed because a file of a few rows could be guessed from a bare hash.
    """
    digest = hmac.new(secret, digestmod="sha256")
    digest.update(hmac.digest(secret, layout_text.encode(), "sha256"))
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _identified(name: str, id_: str | None, taken_on: str | None, rows: int, latest: date) -> Extract:
    if not id_:
        raise FileRefused(f"{name} does not tell which extract it is; name it with --extract ID, the system's own id")
    if not _ID.fullmatch(id_):
        raise FileRefused(f"the id of the extract in {name} is not 1 to 60 letters, digits and ._/-; use --extract ID")
    if not taken_on:
        raise FileRefused(f"{name} does not tell of which day it is; say it with --taken-on DATE")
    if taken_on > latest.isoformat():
        raise FileRefused(f"{name} was taken later than today, it says; check the sending system's clock")
    return Extract(id_, taken_on, rows)
