"""`contactpoint status`: what runs, how far each part is, and what is wrong; also while a part is away."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from services.cli.errors import AWAY, DONE, PartAway
from services.cli.failures import explain
from services.cli.output import console, print_json
from services.cli.stack import settings_of
from services.configuration.settings import read_stack
from services.queries import belonging
from services.queries.dead_letters import count_letters
from services.queries.positions import Positions, read_positions
from services.queries.troubles import Trouble, in_one_sentence, of_processes, of_projections, of_views
from services.queries.unread import Offsets, count_unread, read_offsets
from services.registers import SuspendedAgency, suspended_agencies
from streams.access.retention_runs import last_runs
from streams.kafka.settings import KafkaSettings
from streams.store.database import Database

_Answer = TypeVar("_Answer")


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
    troubles += of_views(positions.views_missing if positions else None)
    troubles += of_projections(positions.stopped if positions else ())
    counted = _answer_of("kafka", lambda: _in_kafka(kafka, offsets), troubles)
    if found and counted:
        troubles += _answer_of("kafka", lambda: _together(kafka, database_url), troubles) or []
    troubles += of_processes(processes, settings.data / "logs")
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
