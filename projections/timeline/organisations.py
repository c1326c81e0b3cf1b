"""Organisations in chronologies: which services they give, and when they worked with whom.

An organisation is identified by its `organisation_key`: its code, else its name. Sensitive services are in no
chronology, so nothing is known of theirs.
"""

from collections import defaultdict
from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.timeline.facts import FactKind
from projections.timeline.query import facts_of
from projections.visibility.scope import ORDINARY

Spans = list[tuple[str, str | None]]
"""From a day up to and including another, ISO texts; None while it goes on."""


def services_of(cursor: Cursor, names: Collection[str]) -> set[str]:
    """The services that an organisation known by any of these names gives, to other than hidden children."""
    ORDINARY.execute(
        cursor,
        "select distinct word from unveiled_chronology where kind = 'started' and place = any(%s)",
        (list(names),),
    )
    return {service for (service,) in cursor.fetchall()}


def worked_with(cursor: Cursor, children: Collection[str]) -> dict[tuple[str, str], Spans]:
    """The involvements of each (organisation, child); one that was submitted again begins with the earlier day."""
    found: defaultdict[tuple[str, str], Spans] = defaultdict(list)
    for child, facts in facts_of(cursor, children).items():
        begun: dict[tuple[str, int], tuple[str, str]] = {}
        for fact in facts:
            key = fact.stream, fact.number
            if fact.kind == FactKind.STARTED and fact.place:
                day = min(fact.day, begun[key][1]) if key in begun else fact.day
                begun[key] = fact.place, day
            elif fact.kind == FactKind.ENDED and key in begun:
                place, day = begun.pop(key)
                found[place, child].append((day, fact.day))
        for place, day in begun.values():
            found[place, child].append((day, None))
    return dict(found)
