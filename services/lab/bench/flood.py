"""What an honest user notices while others flood the API, hold its connections or send what is too large."""

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median

from domain.authorization import Entitlement, Role
from services.auth import tokens
from services.lab.bench.attackers import FLOODING, HELD, OVERSIZED, Attack, Target, attacked, flood, hold, oversize
from services.lab.bench.harness import USER, Harness
from services.lab.bench.looks import Request, look
from services.lab.bench.parts import Step
from services.lab.bench.rows import Row, measured
from streams.access.grants import FAR, add_users
from streams.crypto.sealing import KeyEncryptionKey

WARMING_UP = 50
FLOODER = "bench-flooder"
ROUNDS = 5
REQUESTS = 300
"""By one client a round: the median round counts, so that a moment in which the machine is busy decides nothing."""
_ATTACKS: tuple[tuple[str, Attack], ...] = (
    (f"another user asks by {FLOODING} connections", flood),
    (f"slow clients hold {HELD} connections", hold),
    (f"{OVERSIZED} clients send what is too large", oversize),
)


def flood_rows(stack: Harness, requests: Sequence[Request]) -> Iterator[Step]:
    """The 99th percentile of a look by one user during each attack, beside the same just before; the API runs."""
    key = KeyEncryptionKey.from_file(stack.settings.keys / "key-encryption.key")
    entitlement = Entitlement(FLOODER, Role.DATA_MANAGER, "The benchmark", None, True, FAR, FAR, FAR)
    add_users(stack.settings.need_database(), key, [entitlement])
    honest, flooder = (tokens.issue(stack.settings, f"user:{user}", 3_600) for user in (USER, FLOODER))
    for activity, attack in _ATTACKS:
        yield f"looks while {activity}"
        target = Target(stack.url, flooder, [path for path, _ in requests])
        yield partial(_row, activity, stack.url, honest, requests, attack, target)


def _row(activity: str, url: str, honest: str, requests: Sequence[Request], attack: Attack, target: Target) -> Row:
    rounds = [_round(url, honest, requests, attack, target) for _ in range(ROUNDS)]
    quiet, besides = (median(p99s) for p99s in zip(*rounds, strict=True))
    name = f"show over HTTP, one client, while {activity}: p99"
    return measured(name, besides, "ms", baseline=quiet, most_ratio=2)


def _round(url: str, honest: str, requests: Sequence[Request], attack: Attack, target: Target) -> tuple[float, float]:
    """The 99th percentiles before an attack and during it, in milliseconds."""
    quiet = look(url, honest, requests, 1, REQUESTS)
    with attacked(attack, target):
        look(url, honest, requests, 1, WARMING_UP)
        return quiet.p99_ms, look(url, honest, requests, 1, REQUESTS).p99_ms
