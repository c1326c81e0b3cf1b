"""A history without what names somebody: an item of a list where that is enough, or else the whole event."""

import re
from collections.abc import Iterable, Set
from typing import Any

import orjson

from projections.base.projection import PublishedEvent

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def named(event: PublishedEvent) -> list[str]:
    """The records and children that an event names in its clear fields."""
    return _ids_in(event.data)


def without(events: Iterable[PublishedEvent], ids: Set[str]) -> Iterable[PublishedEvent]:
    """The events without what names one of these records or children.

    Were an event left out that names others, too, its absence would reveal that it names somebody who is hidden.
    """
    for event in events:
        rest = event if not ids or ids.isdisjoint(named(event)) else _without(event, ids)
        if rest is not None:
            yield rest


def _without(event: PublishedEvent, ids: Set[str]) -> PublishedEvent | None:
    """The event without the items that name one of the ids; None where nothing is left, or it names one elsewhere."""
    data = dict(event.data)
    for name, items in event.data.items():
        if isinstance(items, list) and items:
            data[name] = [item for item in items if ids.isdisjoint(_ids_in(item))]
            if not data[name]:
                return None
    rest = event._replace(data=data)
    return rest if ids.isdisjoint(named(rest)) else None


def _ids_in(value: Any) -> list[str]:
    return _ID.findall(orjson.dumps(value).decode())
