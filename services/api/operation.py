"""The operator's picture as a document: each part of the one-way street, how far it is, and why one is off."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.api.dependencies import Dependencies
from services.queries.operation import Operation
from services.queries.positions import late_by
from services.queries.troubles import START_KAFKA, Trouble, of_processes, of_projections, of_views
from streams.codec import iso_text

RUNS, OFF, UNKNOWN = "runs", "off", "unknown"
STREET = ("submissions", "registrar", "store", "relay", "events", "projector", "views", "api")
"""The parts in the order in which a submission passes them."""
_TOLD_BY = {"submissions": "kafka", "events": "kafka", "store": "postgres", "views": "views"}
"""Whose troubles are those of a part that is no process of ours."""
_OF_AN_AGENCY = re.compile(r"\b(submissions|receipts|notices)\.[\w-]+(/\d+)*")
_PLACE = re.compile(r"\b((?:register|access)\.events)(?:/\d+)+")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d):\d\d:\d\d(?:\.\d+)?Z")


def operation_document(
    dependencies: Dependencies,
    operation: Operation,
    processes: Sequence[Mapping[str, Any]],
    logs: Path,
    in_hand: int,
    *,
    exact: bool,
) -> dict[str, Any]:
    """What `GET /operation` answers; `processes` are those of a local stack, whose logs lie in `logs`.

    Without `exact` it does not date a message: positions are whole hundreds, how late is whole minutes, and other
    times are hours. That is for who is not cleared for sensitive services (decision 95).
    """
    unread, letters = dependencies.unread.count(operation.offsets), dependencies.unread.letters()
    away, now = dependencies.unread.away, dependencies.now()
    positions = operation.positions
    rates = dependencies.rates.of(time.monotonic(), positions.positions)
    troubles = [
        *_troubles(operation, away, processes, logs),
        *_late(operation, now, dependencies.most_lag_s),
    ]
    parts = {name: _part(name) for name in STREET}
    parts["submissions"] |= {"waiting": unread, "state": OFF if away else UNKNOWN if unread is None else RUNS}
    parts["events"] |= {"position": positions.positions["published"], "state": parts["submissions"]["state"]}
    for name, place in (("registrar", "register"), ("relay", "published"), ("projector", "views")):
        parts[name] |= {"rate": rates.get(place), **_running(name, operation)}
    parts["registrar"]["waiting"] = unread
    parts["store"] |= {"position": positions.positions["register"], "state": RUNS}
    for name, since in (("relay", operation.relay_waits_since), ("projector", positions.waiting_since)):
        late = late_by(since, now)
        parts[name] |= {
            "waiting": positions.lag[name],
            "late_s": round(late, 1) if exact or not late or since is None else 60.0 * whole_minutes_late(since, now),
        }
    parts["views"] |= {"position": positions.positions["views"], "state": OFF if positions.views_missing else RUNS}
    parts["api"] |= {"state": RUNS, "in_hand": in_hand}
    if positions.stopped:
        parts["projector"]["state"] = OFF
    _add_processes(parts, processes)
    if not exact:
        troubles = [Trouble(each.role, _undated(each.message), each.do) for each in troubles]
    _add_reasons(parts, troubles)
    document: dict[str, Any] = {
        "at": iso_text(now),
        "parts": list(parts.values()),
        "dead_letters": None if letters is None else letters + positions.failed,
        "forged": positions.forged,
        "access_waiting": positions.lag["access"],
        "outbox_waiting": positions.lag["outbox"],
        "checkpoints": [
            {"log": each.log, "size": each.size, "signed_at": _second(each.signed_at)} for each in operation.checkpoints
        ],
        "building": [each._asdict() | {"begun_at": _second(each.begun_at)} for each in operation.building],
        "troubles": [trouble.json() for trouble in troubles],
    }
    if not exact:
        _round(document)
    return document


def _round(document: Mapping[str, Any]) -> None:
    """Takes from a document what would tell of a single message when it came; a rate of few events is one such."""
    for each in document["parts"]:
        if each["position"] is not None:
            each["position"] = _hundreds(each["position"])
        if each["rate"] is not None:
            each["rate"] = float(round(each["rate"]))
    for each in document["checkpoints"]:
        each |= {"size": _hundreds(each["size"]), "signed_at": _undated(each["signed_at"])}
    for each in document["building"]:
        each |= {"messages": _hundreds(each["messages"]), "of_messages": _hundreds(each["of_messages"])}


def _hundreds(number: int) -> int:
    return number // 100 * 100


def whole_minutes_late(since: datetime, now: datetime) -> int:
    """How many minutes of the clock have begun since: it changes when those do, so that it tells no second."""
    return int(now.timestamp() // 60) - int(since.timestamp() // 60)


def _undated(text: str) -> str:
    """Without the place of a message in its topic, and with hours for moments."""
    return _MOMENT.sub(r"\1:00:00Z", _PLACE.sub(r"\1", text))


def _part(name: str) -> dict[str, Any]:
    empty = dict.fromkeys(("processes", "restarts", "position", "waiting", "late_s", "rate", "in_hand", "says", "do"))
    return {"part": name, "state": UNKNOWN, **empty}


def _running(role: str, operation: Operation) -> dict[str, Any]:
    number = operation.processes[role]
    return {"processes": number, "state": RUNS if number else OFF}


def _troubles(
    operation: Operation, away: str | None, processes: Iterable[Mapping[str, Any]], logs: Path
) -> list[Trouble]:
    """In the words of `status`, and what is not connected; no topic of a single agency is named."""
    found = [
        *([Trouble.of("kafka", f"{away}; {START_KAFKA}")] if away else ()),
        *of_views(operation.positions.views_missing),
        *of_projections(operation.positions.stopped),
        *operation.troubles,
        *of_processes(processes, logs),
    ]
    known = {trouble.role for trouble in found}
    found += [
        Trouble(role, f"no {role} is connected to Postgres", f"start one: `contactpoint run {role}`")
        for role, number in operation.processes.items()
        if not number and role not in known
    ]
    return [Trouble(each.role, _without_agencies(each.message), each.do) for each in found]


def _late(operation: Operation, now: datetime, most_s: int) -> list[Trouble]:
    """The parts that are later than the views may be for the directory to count as ready; of what is at rest, none."""
    waiting = (
        ("relay", "published", operation.relay_waits_since),
        ("projector", "in the views", operation.positions.waiting_since),
    )
    return [
        Trouble(
            role,
            f"what was recorded more than {most_s} s ago is not {place} yet",
            f"see whether the {role} gets on; if its position stands still, read its log",
        )
        for role, place, since in waiting
        if operation.positions.lag[role] > 0 and late_by(since, now) > most_s
    ]


def _without_agencies(text: str) -> str:
    return _OF_AN_AGENCY.sub(r"\1 of an agency", text)


def _add_processes(parts: Mapping[str, dict[str, Any]], processes: Iterable[Mapping[str, Any]]) -> None:
    """How often the supervisor of a local stack has started the processes of a role again."""
    for each in processes:
        part = parts.get(each["role"])
        if part is not None:
            part["restarts"] = (part["restarts"] or 0) + each["restarts"]


def _add_reasons(parts: Mapping[str, dict[str, Any]], troubles: Sequence[Trouble]) -> None:
    """The first trouble of each part that is off, with what mends it."""
    for name, part in parts.items():
        role = _TOLD_BY.get(name, name)
        role = "projector" if role == "views" else role
        first = next((trouble for trouble in troubles if trouble.role == role), None)
        if part["state"] == OFF and first is not None:
            part |= {"says": first.message, "do": first.do}


def _second(moment: datetime) -> str:
    return iso_text(moment)[:19] + "Z"
