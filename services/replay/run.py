"""A replay from beginning to end: the files of one moment, whole or not at all."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from domain.authorization import mask_entry
from domain.days import day_of
from domain.reports import REPORTS
from projections.directory.query import Moment, children, redacted_entries, redacted_entries_of_then
from projections.directory.redaction import ReadScope, RedactedEntry
from projections.reports.query import FIRST
from services.queries.reports import ReportQuery, report_page
from services.replay.access import Allow, Reader, Servers, reading
from services.replay.moment_views import MomentViews, hidden_meanwhile, hide_in, moment_views
from streams.projecting.building import Progress

LAYOUT = 1
"""The version of the files' layout, see docs/replay.md."""
PAGE = 500
_EVERYTHING = 2**31 - 1


class HiddenMeanwhile(Exception):
    """A child was hidden or closed while its entry of then was written."""


def replay(
    servers: Servers,
    recorded_at: str,
    today: date,
    into: Path,
    allow: Allow,
    loaded: Progress | None = None,
    written: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Writes every entry and report as known at a moment into the folder `into`; returns what `moment.json` has.

    `allow` is called first for nobody, then for each page before it is written. The folder is there once all is; what
    an earlier run left unfinished beside it is thrown away. Raises HiddenMeanwhile, and what `moment_views` raises.
    """
    allow(())
    unfinished = into.with_name(f".{into.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    (unfinished / "reports").mkdir(mode=0o700)
    try:
        with moment_views(servers.builder, servers.load, recorded_at, loaded) as views:
            hide_in(servers.builder, views)
            day = min(date.fromisoformat(day_of(recorded_at)), today)
            with reading(servers, views) as reader:
                moment = _MomentFiles(reader, views, recorded_at, day, today, allow).write(unfinished, written)
            if hidden_meanwhile(servers.builder, views):
                raise HiddenMeanwhile("a child was hidden meanwhile whose entry was open; begin the replay again")
        unfinished.rename(into)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return moment


class _MomentFiles:
    """The entries and reports of one moment."""

    def __init__(
        self, reader: Reader, views: MomentViews, recorded_at: str, day: date, today: date, allow: Allow
    ) -> None:
        self._reader, self._views = reader, views
        self._then, self._today, self._allow = Moment(recorded_at, day), today, allow
        self._left_out: set[str] = set()

    def write(self, into: Path, written: Callable[[int], None]) -> dict[str, Any]:
        """Writes the files; returns what `moment.json` has."""
        entries = 0
        with (into / "entries.ndjson").open("wb") as file:
            for page in self._pages():
                file.writelines(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE) for entry in page)
                entries += len(page)
                written(entries)
        counts = {}
        for name in REPORTS:
            report = self._report(name)
            _write(into / "reports" / f"{name}.json", report)
            counts[name] = report["count"]
        moment = {
            "layout": LAYOUT,
            "as_of": self._then.recorded_at,
            "on": self._then.day.isoformat(),
            "digest": self._views.digest,
            "entries": entries,
            "reports": counts,
        }
        _write(into / "moment.json", moment)
        return moment

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        """The entries in order of their children, a page at a time, each allowed and recorded before."""
        after, cleared = None, self._allow(()).cleared
        while page := children(self._reader.then, after, PAGE, cleared=cleared):
            allowed = self._allow(page)
            self._left_out |= set(page) - allowed.children
            redacted = self._redacted([child for child in page if child in allowed.children], allowed.cleared)
            yield [
                each.entry if allowed.cleared else mask_entry(each.entry, each.records, each.services, {})
                for each in redacted
                if each.entry
            ]
            after = page[-1]

    def _redacted(self, page: list[str], cleared: bool) -> list[RedactedEntry]:
        """The entries of then, and of who is hidden now those of now."""
        reader, hidden = self._reader, self._views.hidden.children
        scope = ReadScope(cleared, self._today)
        of_then = [child for child in page if child not in hidden]
        found = redacted_entries_of_then(reader.then, reader.keys, of_then, self._then, scope, reader.now)
        of_now = [child for child in page if child in hidden]
        found += redacted_entries(reader.now, reader.keys, of_now, self._today, cleared=cleared)
        return sorted(found, key=lambda each: each.child)

    def _report(self, name: str) -> dict[str, Any]:
        shown = (lambda _, found: set(found) - self._left_out) if self._left_out else None
        query = ReportQuery(name, self._then.day, None, shown)
        report, _ = report_page(self._reader.then, self._reader.keys, query, FIRST, _EVERYTHING)
        return report


def _write(file: Path, document: dict[str, Any]) -> None:
    file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
