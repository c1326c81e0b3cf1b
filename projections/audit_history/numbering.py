"""Versions as a reader counts them: a gap would reveal that an event is left out, and so that somebody is hidden."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Versions = Mapping[tuple[str, int], int]


def counted_anew(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of a history with the versions of each stream from 1 on, also where others name them."""
    versions: dict[tuple[str, int], int] = {}
    counts: Counter[str] = Counter()
    for event in events:
        counts[event["stream"]] += 1
        versions[event["stream"], event["version"]] = counts[event["stream"]]
    return [
        event | {"version": versions[event["stream"], event["version"]], "data": _as_counted(event["data"], versions)}
        for event in events
    ]


def _as_counted(data: Mapping[str, Any], versions: Versions) -> dict[str, Any]:
    found = dict(data)
    record, version = data.get("record"), data.get("record_version")
    if (record, version) in versions:
        found["record_version"] = versions[record, version]  # type: ignore[index]
    if "aside" in data:
        found["aside"] = [
            {**each, "since": versions.get((each["record"], each["since"]), each["since"])} for each in data["aside"]
        ]
    return found
