"""One soak, from its first process to its verdict."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.auth.tokens import LONGEST_LIFETIME, issue
from services.registers import enrol, read_agencies_file
from tests.crash.soak.clients import Client, HttpWriter, KafkaWriter, Reader, Settler
from tests.crash.soak.faults import Faults
from tests.crash.soak.ledger import AFTER, DURING, Ledger
from tests.crash.soak.processes import Api, Processes
from tests.crash.soak.settling import LOOKER, Account, settle
from tests.crash.soak.story import AGENCIES
from tests.crash.soak.upgrade import upgrade

READERS = 2
REST_S = 600.0
"""How long all of it may take to come to rest."""

STEP_S = 0.05
DONE = object()

Progress = Callable[[str], None]


@dataclass
class Verdict:
    """What happened, and what of it may not happen."""

    faults: dict[str, int]
    submissions: int
    sent: int
    answers: dict[str, int]
    took: dict[str, list[float]]
    account: Account
    wrong_answers: list[str]
    ended: list[str]

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost or doubled, no answer wrong, and no process ended by itself."""
        return not any((self.account.lost, self.account.doubled, self.account.wrong, self.wrong_answers, self.ended))


def soak(folder: Path, seconds: float, seed: int, every: float, pause: float, progress: Progress) -> Verdict:
    """Runs it: faults `every` seconds on average, a writer's pause of `pause` seconds between two sendings.

    The change of version begins half-way; it is taken to its end, and so is what writers have begun.
    """
    rng, ledger = random.Random(seed), Ledger()
    processes = Processes(folder)
    try:
        processes.start()
        clients = _clients(processes, ledger, rng, pause)
        for client in clients:
            client.start()
        faults = Faults(processes, rng, every, progress)
        _havoc(processes, faults, clients, seconds, ledger, progress)
        faults.wake_all()
        _stop(processes, clients)
        progress("all is quiet; coming to rest")
        processes.until(lambda: _is_at_rest(processes), REST_S)
        account = settle(processes, ledger)
    finally:
        processes.stop()
    return Verdict(
        dict(faults.counted),
        len(ledger.acknowledged),
        ledger.attempts.total(),
        dict(ledger.answers),
        ledger.took,
        account,
        ledger.wrong,
        processes.ended,
    )


def _clients(processes: Processes, ledger: Ledger, rng: random.Random, pause: float) -> list[Client]:
    settings = processes.settings
    file = processes.data / "soak.yaml"
    lines = [f"- {{code: {code}, name: {code}, kind: local-authority, authority: E06999001}}" for code in AGENCIES]
    file.write_text("\n".join(lines), encoding="utf-8")
    enrol(settings.need_kafka(), settings.need_database(), read_agencies_file(file))

    def apis() -> list[Api]:
        return processes.apis

    def token(subject: str) -> str:
        return issue(settings, subject, LONGEST_LIFETIME)

    by_kafka, by_http = AGENCIES
    return [
        KafkaWriter(ledger, by_kafka, pause, settings.need_kafka()),
        HttpWriter(ledger, by_http, pause, apis, token(f"agency:{by_http}")),
        *(Reader(ledger, apis, token(f"user:{LOOKER}"), random.Random(rng.random())) for _ in range(READERS)),
        Settler(ledger, apis, processes.layout.administrator_url),
    ]


def _havoc(
    processes: Processes, faults: Faults, clients: list[Client], seconds: float, ledger: Ledger, progress: Progress
) -> None:
    """Lets faults happen for so long, and until the change of version is complete."""
    began = time.monotonic()
    changing = None
    while changing is not DONE or time.monotonic() < began + seconds:
        processes.step()
        faults.step()
        if changing is None and time.monotonic() > began + seconds / 2:
            changing, ledger.phase = upgrade(processes, progress), DURING
        if changing is not None and changing is not DONE and next(changing, DONE) is DONE:
            changing, ledger.phase = DONE, AFTER
        _check(clients)
        time.sleep(STEP_S)


def _stop(processes: Processes, clients: list[Client]) -> None:
    """Lets the clients end what they have begun."""
    for client in clients:
        client.stop.set()
    processes.until(lambda: not any(client.is_alive() for client in clients), REST_S)
    _check(clients)


def _check(clients: list[Client]) -> None:
    """Raises what a client has failed with."""
    for client in clients:
        if client.error:
            raise client.error


def _is_at_rest(processes: Processes) -> bool:
    """Whether all runs, and nothing waits anywhere."""
    answer = processes.command("status")
    if answer.returncode != 0:
        return False
    status = json.loads(answer.stdout)
    return len(set(status["positions"].values())) == 1 and not any(status["lag"].values())
