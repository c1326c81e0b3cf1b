"""The bare baseline of protection: the same children found and composed by a server that checks no right.

It has the API's server and layers, signs callers in, gives them places round-robin, reads, finds and composes, and
answers with the latest looks, all as the API does. It checks no right and no reason, opens no shield, masks nothing,
records nothing and notifies nobody. It runs over the bench's own invented children only, on loopback.
"""

import multiprocessing
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from domain.matching import Searcher
from projections.access_log.query import accesses
from projections.directory import query as directory
from projections.directory.redaction import ReadScope, redact
from projections.search.query import find
from services.api.access_control.callers import Authentication
from services.api.access_control.entry_looks import MOST
from services.api.answers import json_answer
from services.api.app import MOST_THREADS
from services.api.database_connections import FOR_LOOK_UPS, share_out
from services.api.direct import Direct, DirectCalls
from services.api.limits.fairness import Fair
from services.api.limits.middleware import RequestMiddleware
from services.api.routes.children import result_of
from services.api.schemas.search import Search
from services.api.server import server_of
from services.auth.trust import verifier_for
from services.configuration.settings import Settings
from services.lab.bench.harness import Harness
from services.lab.bench.orphans import end_with_parent
from services.registrar.matcher_settings import load_settings
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.projecting.reading import reading_views
from streams.store.database import Pool


@contextmanager
def unprotected(stack: Harness) -> Iterator[str]:
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
    end_with_parent()
    app = RequestMiddleware(Authentication(Fair(_calls(settings)), verifier_for(settings)))
    server_of(app, settings).run([listening])


def _calls(settings: Settings) -> DirectCalls:
    database_url = settings.need_database()
    pool = Pool(database_url, share_out(None).requests, "contactpoint bench")
    key = KeyEncryptionKey.from_file(settings.keys / "key-encryption.key")
    key_pool = Pool(database_url, FOR_LOOK_UPS, "contactpoint bench keys")
    keys, access_keys = (KeyRing(key, reader_of(key_pool, log)) for log in ("register", "access"))
    searcher = Searcher(load_settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = MOST_THREADS
        yield

    app = FastAPI(openapi_url=None, lifespan=lifespan)

    def show(request: Request, _: bytes) -> Response:
        child = request.path_params["child"]
        with reading_views(pool) as cursor:
            (entry,) = _entries(directory.stored_child_of_number(cursor, keys, child, cleared=True)).values()
            looks = accesses(cursor, access_keys, child, MOST)
        return json_answer({**entry, "accesses": looks})

    def find_children(_: Request, body: bytes) -> Response:
        search = Search.model_validate_json(body)
        criteria = {name: value for name, value in search.criteria.model_dump().items() if value}
        with reading_views(pool) as cursor:
            hits = find(cursor, searcher, searcher.query(criteria), search.limit, cleared=True).hits
            entries = _entries(directory.stored_children(cursor, keys, [hit.child for hit in hits]), only_identity=True)
        return json_answer({"results": [result_of(hit, entries[hit.child]) for hit in hits]})

    return DirectCalls(
        app, [Direct("GET", "/children/{child}", show), Direct("POST", "/children/search", find_children)]
    )


def _entries(known: Mapping[str, directory.StoredChild], *, only_identity: bool = False) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    read_scope = ReadScope(True, today, only_identity=only_identity)
    return {
        child: redact(child, each.facts.values(), each.linked, each.aside, None, today, read_scope).entry
        for child, each in known.items()
    }
