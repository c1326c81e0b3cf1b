"""`contactpoint status`: what runs, how far each part is, and what is wrong; also while a part is away."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from services.cli.errors import AWAY, DONE, PartAway
from services.cli.failures import explain
from services.cli.output import console, print_json
from services.cli.stack import settings_of
from services.configuration.settings import read_stack
from services.queries import belonging
from services.queries.dead_letters import count_letters
from services.queries.positions import Positions, read_positions
from services.queries.troubles import Trouble, in_one_sentence
from services.queries.unread import Offsets, count_unread, read_offsets
from services.registers import SuspendedAgency, suspended_agencies
from streams.access.retention_runs import last_runs
from streams.kafka.settings import KafkaSettings
from streams.store.database import Database

_Answer = TypeVar("_Answer")
_AT_WORK = ("running", "external")


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints the state of every process, the positions of the log, and what waits; status 3 where a part is away."""
    settings = settings_of(args)
    kafka, database_url = settings.need_kafka(), settings.need_database()
    processes = read_stack(settings.data).get("processes", [])
    troubles: list[Trouble] = []
    found = _answer_of("postgres", lambda: _in_postgres(database_url), troubles)
    positions, offsets, suspended, retention_runs = found or (None, {}, None, None)
    troubles += _of_views(positions.views_missing if positions else None)
    troubles += _of_projections(positions.stopped if positions else ())
    counted = _answer_of("kafka", lambda: _in_kafka(kafka, offsets), troubles)
    if found and counted:
        troubles += _answer_of("kafka", lambda: _together(kafka, database_url), troubles) or []
    troubles += _of_processes(processes, settings.data)
    if settings.url and not troubles:
        troubles += _of_api(settings.url)
    status = {
        "url": settings.url,
        "kafka": settings.kafka_address,
        "database_url": _without_password(database_url),
        "processes": processes,
        "positions": positions.positions if positions else None,
        "lag": {"registrar": counted[1] if counted else None, **positions.lag} if positions else None,
        "dead_letters": counted[0] + positions.failed if counted and positions else None,
        "suspended": None if suspended is None else [each.json() for each in suspended],
        "retention_runs": retention_runs,
        "forged": positions.forged if positions else None,
        "troubles": [trouble.json() for trouble in troubles],
    }
    if args.json:
        print_json(status)
    else:
        from services.cli.display.status import display_status

        display_status(console(), status)
    if troubles:
        raise PartAway(in_one_sentence(troubles))
    return DONE


def _answer_of(part: str, query: Callable[[], _Answer], troubles: list[Trouble]) -> _Answer | None:
    """The answer of a part; where it is away, None and one more trouble."""
    try:
        return query()
    except Exception as error:
        sentence, status = explain(error) or ("", DONE)
        if status != AWAY:
            raise
        troubles.append(Trouble.of(part, sentence))
        return None


def _in_postgres(database_url: str) -> tuple[Positions, Offsets, list[SuspendedAgency], dict[str, str]]:
    """The positions, how far the registrar has read each topic, the agencies that are suspended, and the last runs."""
    database = Database(database_url, "contactpoint status", statement_timeout_s=5)
    with closing(database), database.transaction() as cursor:
        return read_positions(cursor), read_offsets(cursor), suspended_agencies(cursor), last_runs(cursor)


def _together(kafka: KafkaSettings, database_url: str) -> list[Trouble]:
    """Why Postgres and Kafka do not belong together, or what of a log is lost."""
    database = Database(database_url, "contactpoint status", statement_timeout_s=5)
    with closing(database), database.transaction() as cursor:
        return belonging.troubles(cursor, kafka)


def _in_kafka(kafka: KafkaSettings, offsets: Offsets) -> tuple[int, int]:
    """How many dead letters there are, and how many submissions that are not read yet."""
    return count_letters(kafka), count_unread(kafka, offsets)


def _of_processes(processes: list[dict[str, Any]], data: Path) -> list[Trouble]:
    """The processes of the local stack that are not at work; their supervisor starts them again."""
    return [
        Trouble(
            each["role"],
            (each.get("said") or f"{each['name']} is {each['state']}")
            + (f"; it has not run since {each['since']}" if each.get("since") else ""),
            f"wait, its supervisor starts it by itself, or read {data / 'logs' / each['name']}.log",
        )
        for each in processes
        if each["state"] not in _AT_WORK
    ]


def _of_views(missing: str | None) -> list[Trouble]:
    """That nothing can be answered, because there are no complete views of this version."""
    return [Trouble.of("projector", missing)] if missing else []


def _of_projections(stopped: Iterable[str]) -> list[Trouble]:
    """The projections that have stopped."""
    return [
        Trouble("projector", each, "its log names the fault, which has to be mended: nothing of that log moves on")
        for each in stopped
    ]


def _of_api(url: str) -> list[Trouble]:
    """What the API itself reports to keep it from answering, or that it does not answer at all."""
    import httpx

    from services.local_stack.api_probe import ApiProbe

    try:
        probe = ApiProbe(url, None)
    except httpx.InvalidURL:
        return [Trouble("api", "CONTACTPOINT_URL is no address of an API", "write it like http://localhost:8000")]
    return [] if probe.ready() else [Trouble.of("api", probe.waits_for)]


def _without_password(database_url: str) -> str:
    return re.sub(r"(://[^:@/]*):[^@/]*@", r"\1@", re.sub(r"\bpassword=\S+ ?", "", database_url))
