"""What protection costs: `show` and `find` with rights, shields, notices and each look recorded, beside bare ones."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import orjson

from projections.directory import query as directory
from services.auth import tokens
from services.lab.bench.harness import USER, Harness
from services.lab.bench.looks import Request, look
from services.lab.bench.parts import Step
from services.lab.bench.rows import Row, measured
from services.lab.bench.unprotected import unprotected
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.projecting.reading import reading_views
from streams.store.database import Database

LOOKED_AT = 2_000
"""How many different children are looked at."""
CLIENTS = 32
REQUESTS = 150
"""By each client."""
ROUNDS = 3
"""How often the two are measured, one after the other; the best of each counts, so that a disturbance does not."""


def protection_rows(stack: Harness) -> Iterator[Step]:
    """A row of `show` and one of `find`; the API runs."""
    token = tokens.issue(stack.settings, f"user:{USER}", 3_600)
    shows, finds = _requests(stack)
    with unprotected(stack) as bare_url:
        for verb, requests in (("show", shows), ("find", finds)):
            yield f"{verb} with and without protection"
            yield partial(_row, verb, stack.url, bare_url, token, requests)


def _row(verb: str, url: str, bare_url: str, token: str, requests: Sequence[Request]) -> Row:
    rates, bare_rates = [], []
    for _ in range(ROUNDS):
        bare_rates.append(look(bare_url, token, requests, CLIENTS, REQUESTS).rate)
        rates.append(look(url, token, requests, CLIENTS, REQUESTS).rate)
    return measured(
        f"{verb} over HTTP, {CLIENTS} clients, protected, beside bare",
        max(rates),
        "requests/s",
        baseline=max(bare_rates),
        least_ratio=0.8,
    )


def _requests(stack: Harness) -> tuple[Sequence[Request], Sequence[Request]]:
    """For each of some children a look at it, and a search by its name and date of birth."""
    url = stack.settings.need_database()
    key = KeyEncryptionKey.from_file(stack.settings.keys / "key-encryption.key")
    with closing(Database(url, "contactpoint bench")) as database, reading_views(database) as cursor:
        children = directory.children(cursor, None, LOOKED_AT)
        keys = KeyRing(key, reader_of(Database(url, "contactpoint bench keys"), "register"))
        entries = directory.entries(cursor, keys, children, datetime.now(UTC).date(), cleared=True)
    finds = []
    for entry in entries:
        criteria = {**entry["name"], "date_of_birth": entry["date_of_birth"]}
        finds.append(Request("/children/search", orjson.dumps({"criteria": criteria, "reason": "benchmark"})))
    return [Request(f"/children/{child}") for child in children], finds
