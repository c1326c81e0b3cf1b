"""A child's history for people: what was reported, by whom, when it was true, and when the directory learnt it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from services.cli.display.entry import agency_of, moment
from services.cli.output import count_of, table, text

Fields = Mapping[str, Any]


def display_history(to: Console, events: Sequence[Fields]) -> None:
    """Prints the events, oldest first."""
    counted = any(event["position"] for event in events)  # positions are for data managers and auditors
    rows = [
        (
            *((f"{event['position']:,}" if event["position"] else "",) if counted else ()),
            event["time"][:10],
            agency_of(event),
            _name(event),
            _details(event),
            event["caused_by"],
        )
        for event in events
    ]
    columns = ("true from", "said by", "what", "", "submission")
    to.print(table(("position", *columns) if counted else columns, rows))
    if events:
        learnt = sorted(event["recorded_at"] for event in events)
        to.print(
            text(f"{count_of(len(events), 'event')}, learnt from {moment(learnt[0])} to {moment(learnt[-1])}", "dim")
        )


def _name(event: Fields) -> str:
    """The event's name as words: `InvolvementStarted.v1` → `involvement started`."""
    name = str(event["type"]).partition(".")[0]
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


_COMPARED = ("suspicions", "contradictions", "merged")
"""The other records and children that events of identity decisions name."""


def _details(event: Fields) -> str:
    data = event["data"]
    if "particulars" in data:
        payload = data["particulars"]
        born = payload.get("date_of_birth") or "unknown"
        return f"{payload.get('given_name')} {payload.get('family_name')}, born {born}"
    if "involvement" in data:
        payload = data["involvement"]
        return f"{payload.get('service')}, {(payload.get('organisation') or {}).get('name') or 'no organisation named'}"
    if "rule" in data:
        return str(data["rule"]) if not data.get("score") else f"{data['rule']}, score {data['score']}"
    compared = next((data[name] for name in _COMPARED if data.get(name)), None)
    if compared:
        return "; ".join(f"{each['rule']}, score {each['score']}" for each in compared)
    words = (data.get(name) for name in ("flag", "reason", "ended_on", "on"))
    return ", ".join(str(word) for word in words if word)
