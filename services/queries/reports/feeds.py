"""The feeds that a report rests on, and warnings where they have gone quiet."""

from collections.abc import Mapping
from typing import Any

from domain.reports import QuietFeed, quiet_feed
from domain.vocabulary import AgencyKind, agency_urn
from services.queries.reports.lists import Lists
from services.queries.reports.query import ReportQuery
from services.registers import left_out, load_agencies
from streams.store.database import Cursor

Fields = dict[str, Any]

FEEDS: Mapping[str, AgencyKind] = {
    "missing-education": AgencyKind.SCHOOL_CENSUS,
    "several-gps": AgencyKind.GP_REGISTRATION,
    "no-gp": AgencyKind.GP_REGISTRATION,
}
"""The kind of feed without which a report can't be judged."""


def quiet_feeds(cursor: Cursor, lists: Lists, query: ReportQuery) -> dict[str, QuietFeed]:
    """The feeds that the report rests on and that have gone quiet, by source."""
    kind = FEEDS.get(query.report)
    sources = [agency_urn(agency.code) for agency in load_agencies(cursor).values() if agency.kind == kind]
    days = lists.reported_days(sources) if sources else {}
    judged = {source: quiet_feed(reported, query.on) for source, reported in days.items()}
    return {source: found for source, found in judged.items() if found}


def warnings(cursor: Cursor, lists: Lists, query: ReportQuery, silent: Mapping[str, QuietFeed]) -> list[Fields]:
    """What makes the list of a day doubtful, and what to do."""
    aside = [] if query.recorded_at else [_aside(source) for source in left_out(cursor)]
    return aside + [_silence(source, each) for source, each in silent.items()] + _nothing_yet(cursor, lists, query.day)


def _aside(source: str) -> Fields:
    message = (
        f"{source} is suspended, and what it has told counts for nothing until that ends: who is on this list for want"
        " of it need not lack anything, and others may be missing."
    )
    return {"code": "feed-left-out", "source": source, "message": message}


def _silence(source: str, found: QuietFeed) -> Fields:
    rhythm = f"it used to pause for {found.pause} at most" if found.pause else "it was heard of no other day"
    message = (
        f"{source} has told of no day after {found.last}: {found.silent} days, and {rhythm}."
        " Who came onto this list since is counted as withheld and not listed; ask the agency for its feed."
    )
    return {"code": "feed-quiet", "source": source, "last": found.last, "message": message}


def _nothing_yet(cursor: Cursor, lists: Lists, day: str) -> list[Fields]:
    first = lists.first_day([agency_urn(agency.code) for agency in load_agencies(cursor).values()])
    if first and first <= day:
        return []
    message = f"nothing is known of days before {first}; ask for a later day" if first else "nothing has been told yet"
    return [{"code": "before-the-first-event", "first": first, "message": message}]
