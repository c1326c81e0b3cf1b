"""Every role and the supervisor are killed with SIGKILL under load; each submission has taken effect exactly once.

Once in a stack that has one process of each role, and once in one with two registrars and two projectors, of which one
is killed, and both at once.
"""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.lab.simulate.feeds import submissions
from tests.support.chance import dice
from tests.support.stack import ROLES, Stack, running_stack
from tests.support.waiting import eventually

AGENCY = "urn:agency:la-killed"
CHUNK = 100


TWICE = ("registrar", "projector")


@pytest.fixture(scope="module", params=[(), TWICE], ids=["one of each", "two registrars, two projectors"])
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A whole stack; where there is one of each, each of its processes starts and starts again as a user's does."""
    with running_stack(as_a_user=not request.param, twice=request.param) as running:
        yield running


class Load(threading.Thread):
    """Submits chunk after chunk, each until all of it is answered."""

    def __init__(self, stack: Stack, folder: Path, lines: list[dict[str, Any]]) -> None:
        super().__init__()
        self.stack, self.folder, self.lines = stack, folder, lines
        self.taken = 0
        self.attempts: Counter[str] = Counter()
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.is_set() and self.taken < len(self.lines):
            self.send(self.lines[self.taken : self.taken + CHUNK])
            self.taken += CHUNK

    def send(self, chunk: list[dict[str, Any]]) -> None:
        """Sends a chunk until every submission of it is accepted, or known from an earlier attempt."""
        file = self.folder / "chunk.ndjson"
        file.write_text("".join(json.dumps(each) + "\n" for each in chunk), encoding="utf-8")

        def is_answered() -> bool:
            self.attempts.update(each["id"] for each in chunk)
            answer = self.stack.run("submit", file, "--wait")
            counts = json.loads(answer.stdout) if answer.returncode == 0 else Counter()
            return bool(counts["accepted"] + counts["duplicate"] == len(chunk))

        eventually(is_answered, within=1_800)  # all that is killed meanwhile may keep one chunk waiting


def authority_feed() -> list[dict[str, Any]]:
    """What a county's agencies send, as one authority that may send nearly all of it would."""
    sensitive = ("camhs", "sexual-health", "substance-misuse")
    hidden = {s["source"] for s in submissions(400, 11) if s["data"].get("service") in sensitive}
    return [_as_own(each) for each in submissions(400, 11) if each["source"] not in hidden]


def _as_own(sent: dict[str, Any]) -> dict[str, Any]:
    """The submission in the authority's name, its numbers distinct from those of other agencies."""
    code, data = sent["source"].rpartition(":")[2], dict(sent["data"])
    if "involvement" in data:
        data["involvement"] = f"{code}/{data['involvement']}"
    return sent | {"source": AGENCY, "subject": f"{code}/{sent['subject']}", "data": data}


def kill(stack: Stack, name: str, pids: dict[str, int]) -> None:
    """Kills a process of the stack, or its supervisor, after which the stack is started again."""
    if name == "supervisor":
        stack.process.kill()
        stack.process.wait()
        stack.start()
    elif psutil.pid_exists(pids[name]):
        os.kill(pids[name], signal.SIGKILL)


def to_be_killed(stack: Stack, rng: random.Random) -> list[tuple[str, ...]]:
    """The names of what is killed together, one time after the other."""
    if stack.twice:
        both = [(role, f"{role}-2") for role in stack.twice]
        times = [*both, *((rng.choice(names),) for names in both)]
        return rng.sample(times, len(times))
    names = [*rng.sample(ROLES, len(ROLES)), "supervisor", *rng.sample(ROLES, 3)]
    return [(name,) for name in names]


def test_each_submission_takes_effect_once_whatever_is_killed(stack: Stack, tmp_path: Path) -> None:
    rng = dice()
    agencies = tmp_path / "agencies.yaml"
    agencies.write_text("- {code: la-killed, name: An authority, kind: local-authority, authority: E06999001}\n")
    stack.ask("agencies", "add", agencies)
    load = Load(stack, tmp_path, authority_feed())
    load.start()
    for names in to_be_killed(stack, rng):
        pids = stack.pids()
        time.sleep(rng.uniform(0, 1))
        for name in names:
            kill(stack, name, pids)
    load.enough.set()
    load.join()
    stack.pids()
    sent = load.lines[: load.taken]

    outcomes: dict[str, list[str]] = {}

    def every_receipt_shows() -> bool:
        """A killed Postgres takes the views' last moment with it, which they read from Kafka again."""
        outcomes.update({each["id"]: [] for each in sent})
        for receipt in stack.receipts_so_far(AGENCY):
            outcomes[receipt["submission"]].append(receipt["outcome"])
        return all(outcomes.values())

    eventually(every_receipt_shows)
    wrong = {
        key: got
        for key, got in outcomes.items()
        if got.count("accepted") != 1 or set(got) - {"accepted", "duplicate"} or len(got) > load.attempts[key]
    }
    assert not wrong
    eventually(stack.is_at_rest)  # receipts may be shown before records
    entries = stack.export()
    homes = Counter(
        (record["source"], record["subject"])
        for entry in entries
        for record in entry["records"]
        if record["source"] == AGENCY
    )
    assert homes == Counter({(each["source"], each["subject"]) for each in sent})
    done = stack.ask("rebuild")
    assert done["digest"]["live"] == done["digest"]["rebuilt"]
    positions = stack.ask("status")["positions"]
    assert len(set(positions.values())) == 1
