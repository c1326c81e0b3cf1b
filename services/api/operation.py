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


def operation_document(
    dependencies: Dependencies, operation: Operation, processes: Sequence[Mapping[str, Any]], logs: Path, in_hand: int
) -> dict[str, Any]:
    """What `GET /operation` answers; `processes` are those of a local stack, whose logs lie in `logs`."""
    unread, letters = dependencies.unread.count(operation.offsets), dependencies.unread.letters()
    away, now = dependencies.unread.away, dependencies.now()
    positions = operation.positions
    rates = dependencies.rates.of(time.monotonic(), positions.positions)
    troubles = _troubles(operation, away, processes, logs)
    parts = {name: _part(name) for name in STREET}
    parts["submissions"] |= {"waiting": unread, "state": OFF if away else UNKNOWN if unread is None else RUNS}
    parts["events"] |= {"position": positions.positions["published"], "state": parts["submissions"]["state"]}
    for name, place in (("registrar", "register"), ("relay", "published"), ("projector", "views")):
        parts[name] |= {"rate": rates.get(place), **_running(name, operation)}
    parts["registrar"]["waiting"] = unread
    parts["store"] |= {"position": positions.positions["register"], "state": RUNS}
    late = late_by(operation.relay_waits_since, now)
    parts["relay"] |= {"waiting": positions.lag["relay"], "late_s": round(late, 1)}
    late = late_by(positions.waiting_since, now)
    parts["projector"] |= {"waiting": positions.lag["projector"], "late_s": round(late, 1)}
    parts["views"] |= {"position": positions.positions["views"], "state": OFF if positions.views_missing else RUNS}
    parts["api"] |= {"state": RUNS, "in_hand": in_hand}
    if positions.stopped:
        parts["projector"]["state"] = OFF
    _add_processes(parts, processes)
    _add_reasons(parts, troubles)
    return {
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
