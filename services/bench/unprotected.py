"""The bare baseline of protection: the same children found and composed by a server that asks for no right.

It signs callers in and reads, finds, composes and answers as the API does. It judges no right, shield or consent,
masks nothing, records and tells nobody anything. It runs over the bench's own invented children only, on loopback.
"""

import multiprocessing
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import anyio.to_thread
import uvicorn
from fastapi import FastAPI
from starlette.responses import Response

from domain.identity import Searcher
from projections.directory import query as directory
from projections.directory.seen import Sight, seen_of
from projections.search.query import find
from services.api.answers import json_answer
from services.api.app import MOST_THREADS
from services.api.callers import Authentication
from services.api.gate import Gate
from services.api.shapes import Search
from services.bench.arena import Arena
from services.identity.settings_file import load_settings
from services.settings import Settings
from services.signin.trust import verifier_for
from streams.sealing import KeyEncryptionKey
from streams.store.database import Pool
from streams.store.keys import KeyRing, reader_of


@contextmanager
def unprotected(stack: Arena) -> Iterator[str]:
    """The server in a process of its own; gives its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(stack.settings, listening), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        process.terminate()
        process.join()
        listening.close()


def _serve(settings: Settings, listening: socket.socket) -> None:
    app = Gate(Authentication(_app(settings), verifier_for(settings)))
    config = uvicorn.Config(app, loop="uvloop", ws="none", interface="asgi3", access_log=False, log_config=None)
    uvicorn.Server(config).run([listening])


def _app(settings: Settings) -> FastAPI:
    database_url = settings.need_database()
    pool = Pool(database_url, MOST_THREADS, "contactpoint bench")
    key = KeyEncryptionKey.from_file(settings.keys / "key-encryption.key")
    keys = KeyRing(key, reader_of(Pool(database_url, 4, "contactpoint bench keys"), "register"))
    searcher = Searcher(load_settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = MOST_THREADS
        yield

    app = FastAPI(openapi_url=None, lifespan=lifespan)

    @app.get("/children/{child}")
    def show(child: str) -> Response:
        with pool.transaction() as cursor:
            return json_answer(_entries(directory.known_by(cursor, keys, child, cleared=True))[child])

    @app.post("/children/search")
    def search(search: Search) -> Response:
        said = {name: value for name, value in search.criteria.model_dump().items() if value}
        with pool.transaction() as cursor:
            hits = find(cursor, searcher, searcher.ask(said), search.limit, cleared=True).hits
            entries = _entries(directory.known(cursor, keys, [hit.child for hit in hits]))
        return json_answer({"results": [_result(entries[hit.child], hit.score, hit.grade) for hit in hits]})

    return app


def _entries(known: Mapping[str, directory.Known]) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    sight = Sight(True, today)
    return {
        child: seen_of(child, each.facts.values(), each.linked, None, today, sight).entry
        for child, each in known.items()
    }


def _result(entry: dict[str, Any], score: float, grade: str) -> dict[str, Any]:
    named = {name: entry[name] for name in ("child", "name", "date_of_birth")}
    return named | {"score": round(score, 4), "grade": grade}
