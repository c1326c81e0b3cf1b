"""`contactpoint status`: what runs, and how far each part is."""

import re
from argparse import ArgumentParser, Namespace
from contextlib import closing
from typing import Any

from services.cli.errors import DONE
from services.cli.output import console, print_json, table, text
from services.cli.stack import settings_of
from services.configuration.settings import read_stack
from services.queries.positions import Positions, read_positions
from streams.store.database import Database

STYLES = {"running": "green", "external": "dim"}


def describe(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Prints the state of every process, the positions of the log, and what waits."""
    settings = settings_of(args)
    kafka, database_url = settings.need_kafka(), settings.need_database()
    database = Database(database_url, "contactpoint status", statement_timeout_s=5)
    with closing(database), database.transaction() as cursor:
        positions = read_positions(cursor)
    from services.queries.dead_letters import count_letters

    status = {
        "url": settings.url,
        "kafka": kafka.bootstrap_servers,
        "database_url": _without_password(database_url),
        "processes": read_stack(settings.data).get("processes", []),
        "positions": positions.positions,
        "lag": positions.lag,
        "dead_letters": count_letters(kafka) + positions.failed,
    }
    if args.json:
        print_json(status)
    else:
        _display(status, positions)
    return DONE


def _without_password(database_url: str) -> str:
    return re.sub(r"(://[^:@/]*):[^@/]*@", r"\1@", re.sub(r"\bpassword=\S+ ?", "", database_url))


def _display(status: dict[str, Any], positions: Positions) -> None:
    to = console()
    rows = [
        (each["role"], text(each["state"], STYLES.get(each["state"], "red")), each["pid"] or "", each["restarts"])
        for each in status["processes"]
    ]
    if rows:
        to.print(table(("role", "state", "pid", "restarts"), rows))
    at_rest = len(set(positions.positions.values())) == 1
    to.print(table(("part", "position"), [(part, f"{number:,}") for part, number in positions.positions.items()]))
    waiting = ", ".join(f"{number:,} at {part}" for part, number in positions.lag.items() if number)
    to.print("Everything that was accepted is in the views." if at_rest else f"Under way: {waiting}.")
    to.print(f"{status['dead_letters']:,} dead letters")
    for name in ("url", "kafka", "database_url"):
        to.print(text(f"{name:<14}{status[name] or 'unknown'}", "dim"))
