"""A log in which some records are a sensitive agency's, and the same log as if those records had never existed."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import orjson

from domain.vocabulary import RESTRICTED_SOURCE

Event = dict[str, Any]
CONSENT = {"given_by": "child", "explicit": True, "on": "2008-01-01"}
CLINIC = "urn:agency:clinic"


def record_streams(values: Sequence[bytes]) -> list[str]:
    """The streams that are of records, in order of their first event."""
    events = [orjson.loads(value) for value in values]
    return list(dict.fromkeys(each["subject"] for each in events if each["type"] == "RecordRegistered.v2"))


def made_sensitive(values: Sequence[bytes], sensitive: Collection[str]) -> list[bytes]:
    """The log in which a sensitive agency reported these records."""
    return [orjson.dumps(_sensitive(orjson.loads(value), sensitive)) for value in values]


def _sensitive(event: Event, sensitive: Collection[str]) -> Event:
    if event["subject"] in sensitive:
        personal = orjson.loads(b64decode(event["sealed"])) | {"source": CLINIC}
        if "involvement" in personal:
            personal["involvement"] |= {"service": "camhs", "consent": CONSENT}
        event |= {"source": RESTRICTED_SOURCE, "sealed": b64encode(orjson.dumps(personal)).decode()}
    elif event["data"].get("record") in sensitive and event["source"].startswith("urn:agency:"):
        event["source"] = RESTRICTED_SOURCE
    return event


def without(values: Sequence[bytes], sensitive: Collection[str]) -> list[bytes]:
    """The log as if these records had never existed; positions stay as they are."""
    openly: set[str] = set()
    left = []
    for value in values:
        event = orjson.loads(value)
        kept = _without(event, sensitive, openly)
        if kept is not None:
            left.append(orjson.dumps(kept))
            if event["type"] in ("ChildListed.v1", "RecordLinked.v1"):
                openly.add(event["subject"])
    return left


def _without(event: Event, sensitive: Collection[str], openly: Collection[str]) -> Event | None:
    data = event["data"]
    if event["subject"] in sensitive or data.get("record") in sensitive:
        return None
    if event["type"] in ("ChildSuperseded.v1", "ChildReinstated.v1"):
        return event if event["subject"] in openly else None
    lists = _LISTS.get(event["type"], {})
    kept = {name: keep(data[name], sensitive) for name, keep in lists.items()}
    return None if any(not each for each in kept.values()) else event | {"data": data | kept}


def _streams(streams: Sequence[str], sensitive: Collection[str]) -> list[str]:
    return [each for each in streams if each not in sensitive]


def _merged(merged: Sequence[Event], sensitive: Collection[str]) -> list[Event]:
    kept = [each | {"records": _streams(each["records"], sensitive)} for each in merged]
    return [each for each in kept if each["records"]]


def _compared(compared: Sequence[Event], sensitive: Collection[str]) -> list[Event]:
    return [each for each in compared if each["record"] not in sensitive]


_LISTS: Mapping[str, Mapping[str, Callable[[Any, Collection[str]], list[Any]]]] = {
    "RecordUnlinked.v1": {"records": _streams},
    "ChildrenMerged.v1": {"merged": _merged},
    "MatchSuspected.v1": {"suspicions": _compared},
    "RecordContradicted.v1": {"contradictions": _compared},
    "MatchDismissed.v1": {"records": _streams, "other_records": _streams},
}
"""What lists records, by type of event."""
